"""The embedded stack: a real Kafka, a real Postgres and every service, here."""
