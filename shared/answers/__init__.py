"""How answers are served: remembered, computed once, tagged, and by redirect where they are large."""
