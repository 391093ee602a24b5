"""How products perform: what they sold for, what was left of it, who looked at them, how their stock turned over."""
