"""Business metrics: what can be asked, which table answers it, and how rows become an answer."""
