"""Rows of a table that has nothing to do with the service."""

from typing import ClassVar

from django.db import models


class Row(models.Model):
    """One row of the floor's table."""

    group = models.IntegerField(db_index=True)
    name = models.CharField(max_length=60)
    words = models.TextField()
    number = models.IntegerField()
    day = models.DateField()
    state = models.CharField(max_length=20)

    objects: ClassVar[models.Manager["Row"]] = models.Manager()

    class Meta:
        app_label = "floors"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
