"""`python -m asbuilt`, as the command."""

from asbuilt.start import main

if __name__ == "__main__":
    main()
