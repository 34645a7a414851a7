"""`python -m colloque`: the command line."""

from colloque.cli import main

if __name__ == "__main__":
    main()
