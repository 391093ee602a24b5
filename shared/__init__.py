"""The product: domains, the lake and the runtime; knows neither its entry points nor its hosts."""
