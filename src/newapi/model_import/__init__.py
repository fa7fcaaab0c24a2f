"""Read the data models of other tools into the definitions of `models.yml`."""
