"""What the tests of okta-token stand on."""
