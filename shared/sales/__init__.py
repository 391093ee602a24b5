"""Sale lines: what they amount to and which category they have, for the queries of all reports."""
