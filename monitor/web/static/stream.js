// Listens to the stream of changes, comes back by itself, and says when it is not live.

import { now } from "./clock.js";

const SILENCE = 15_000; // the server beats every five seconds
const RESTS = [1, 2, 4, 8, 15]; // seconds before each next try

// `told(name, what)` hears "change", "anew" and "beat"; `live(is, since, again)` how it stands:
// since when there was nothing, and when it tries again.
export class Stream {
  constructor(told, live) {
    this.told = told;
    this.live = live;
    this.failures = 0;
    this.heardAt = now();
    setInterval(() => this.watch(), 1000);
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.told("anew"));
  }

  // From this place in the numbering of this filter.
  listen(query, place) {
    this.close();
    this.query = query;
    this.place = place;
    this.open();
  }

  open() {
    this.again = null;
    this.openedAt = now();
    const asked = new URLSearchParams(this.query);
    asked.set("after", this.place);
    this.source = new EventSource(`/events?${asked}`);
    for (const name of ["change", "anew", "beat"]) {
      this.source.addEventListener(name, (event) => this.hear(name, event));
    }
    this.source.addEventListener("error", () => this.fail());
  }

  hear(name, event) {
    this.heardAt = now();
    this.failures = 0;
    if (event.lastEventId) this.place = event.lastEventId;
    this.live(true);
    this.told(name, JSON.parse(event.data));
  }

  fail() {
    this.close();
    const rest = RESTS[Math.min(this.failures, RESTS.length - 1)] * (0.75 + Math.random() / 2);
    this.failures += 1;
    this.again = now() + rest * 1000;
    this.live(false, this.heardAt, this.again);
  }

  // Where only the stream is refused, the page itself knows more: perhaps a login has ended.
  retry() {
    this.open();
    if (this.failures % 3 === 0) this.told("anew");
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  watch() {
    if (this.again !== null && this.again !== undefined) {
      if (now() >= this.again) this.retry();
      else this.live(false, this.heardAt, this.again);
    } else if (this.source && now() - Math.max(this.heardAt, this.openedAt) > SILENCE) {
      this.fail();
    }
  }
}
