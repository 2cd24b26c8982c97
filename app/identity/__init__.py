"""How operators prove who they are: passwords, and the identity provider of their organization."""
