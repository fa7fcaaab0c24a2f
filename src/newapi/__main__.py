"""`python -m newapi`, which is the command `newapi`."""

from newapi.cli.main import main

if __name__ == "__main__":
    main()
