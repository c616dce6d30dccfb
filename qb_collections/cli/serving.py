import click


def add_to(main: click.Group) -> None: ...
