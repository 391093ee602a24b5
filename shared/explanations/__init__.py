"""Explanations: the attributions of a decision, and what drives the scores of a cohort."""
