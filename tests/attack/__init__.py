"""Tools that others wrote to break what people like us write, let loose on the source and on a live instance."""
