"""Single records through Kinesis: the producer, the consumer, and the envelopes between them."""
