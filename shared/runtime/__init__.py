"""What every package uses: settings, errors, models, requests, dialects, observability."""
