"""`throughline validate`: what would become of files, without sending them."""
