"""Write an edition back as sources: the messages of gettext catalogues."""
