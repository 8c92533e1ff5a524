"""The pages for people."""

from __future__ import annotations

from datetime import timedelta

from monitor.sandbox.instance import Visibility
from tests.sandbox.conftest import START, Peer


def test_a_permalink_opens_the_post_and_its_thread(peer: Peer) -> None:
    brand = peer.world.cast.brands[1].account
    said = peer.world.instance.statuses_of(brand)
    answer = next(s for s in said if s.parent_id and s.visibility is Visibility.PUBLIC)
    question = peer.world.instance.ancestors(answer)[-1]
    page = peer.get(f"/@{question.author.username}/{question.id}", {})

    assert page.status_code == 200
    assert page.text.count('class="asked') == 1
    assert f"/@kelda_mobile/{answer.id}" in page.text


def test_hostile_text_is_only_text(peer: Peer) -> None:
    customer = peer.world.cast.customers[0]
    text = '<script>alert(1)</script> "><img src=x onerror=alert(1)> @tarn_air'
    post = peer.world.instance.publish(customer, text, START, language="en")
    page = peer.get(f"/@{customer.username}/{post.id}", {})

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_direct_post_has_no_page(peer: Peer) -> None:
    peer.clock.forward(timedelta(hours=3))
    peer.get("/", {})
    brand = peer.world.cast.brands[0].account
    inbox = peer.world.instance.inbox_of(brand)
    told = next(each for each in inbox if each.filtered)

    assert peer.get(f"/@{told.sender.username}/{told.status_id}", {}).status_code == 404


def test_the_front_page_leads_to_the_brands(peer: Peer) -> None:
    assert 'href="/@tarn_air"' in peer.get("/", {}).text
    assert "Tarn Air" in peer.get("/@tarn_air", {}).text
    assert peer.get("/@nobody", {}).status_code == 404
    assert peer.get("/@tarn_air/1", {}).status_code == 404
