"""What the platform costs, as ratios against a named peer and a physical floor, measured in the same run."""
