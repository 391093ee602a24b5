"""Runs the command line as `python -m infra.local`; `./tally` at the root of the repository does the same."""

from infra.local.cli import main

if __name__ == "__main__":
    main()
