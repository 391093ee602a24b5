"""Makes `python -m infra.local` the laptop's command line."""

from infra.local.cli import main

if __name__ == "__main__":
    main()
