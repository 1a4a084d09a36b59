"""The rules about what records say of each other again, in plain loops, written from their definitions."""


def sync_stale(shop):
    for feed in shop.t["feeds"]:
        interval = (feed["usual_interval_seconds"] or 0) * 1_000_000
        if interval and feed["arrivals"] >= 3 and feed["newest_data_at"] + 2 * interval < shop.now:
            yield (
                "/".join(part for part in (feed["source"], feed["channel"]) if part),
                feed["newest_data_at"] + 2 * interval,
            )


RULES = (sync_stale,)
