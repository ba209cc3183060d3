"""One module per rule: read the inputs, call the layers below, write the output."""
