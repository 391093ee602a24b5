"""What is sent over WebSockets: dashboards as they change, decisions, metrics and the health of pipelines."""
