"""Networks as they are seen from here: small servers that speak the real protocols over real HTTP."""
