"""Deliveries are listed by what is named, with or without blanks around it."""

from __future__ import annotations

from datetime import timedelta

from tests.services.post_office import PostOffice


def test_the_deliveries_of_an_endpoint_are_listed_with_blanks_around_its_id(post: PostOffice) -> None:
    endpoint = post.endpoint()
    post.happen()
    assert post.deliveries(endpoint_id=f" {endpoint.id}\n") == post.deliveries() != []


def test_older_deliveries_are_listed_with_blanks_around_the_id_of_the_newer_one(post: PostOffice) -> None:
    post.endpoint()
    post.happen()
    post.now += timedelta(seconds=1)
    post.happen()
    older, newer = post.deliveries()
    assert post.deliveries(before=f"{newer.id} ") == [older]
