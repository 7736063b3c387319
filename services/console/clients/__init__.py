"""Other services, Kafka and the issuer, as the console asks them."""
