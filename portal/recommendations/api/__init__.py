"""What other systems read and send: its shapes, and the OpenAPI document that is made from them."""
