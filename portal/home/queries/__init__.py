"""What the front doors show: the public register, one organisation, the portal in numbers, a receipt."""
