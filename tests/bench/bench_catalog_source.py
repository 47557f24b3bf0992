#!/usr/bin/env python3
"""How long PostgreSQL takes to be followed: an import, a replica's first copy, one changed price.

    make build && /usr/bin/python3 tests/bench/bench_catalog_source.py 1000000
"""

import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import most  # noqa: E402
import stack as stacks  # noqa: E402
from postgres import Postgres  # noqa: E402

IMPORT = most.BIN / "catalog-import"


def timed(what, begin):
    print(f"{what:<44}{time.monotonic() - begin:8.2f} s", flush=True)


def one_change(db, client, stock_id, price):
    db.sql(f"UPDATE mostrador.cars SET price = {price} WHERE stock_id = {stock_id}")
    begin = time.monotonic()
    while client.call("GET_CAR", stock_id=stock_id).cars[0].price != price * 100:
        time.sleep(0.002)
    return time.monotonic() - begin


def main():
    cars = int(sys.argv[1]) if len(sys.argv) > 1 else 1000000
    with Postgres() as db:
        shop = stacks.Stack(agents=0, gateway=False, env={"CATALOG_SOURCE": db.url})
        csv = shop.dir / "cars.csv"
        with open(csv, "wb") as out:
            subprocess.run([str(IMPORT), "--generate", str(cars)], stdout=out, check=True)
        env = stacks.clean_env({"CATALOG_SOURCE": db.url, "CATALOG_DIR": str(shop.dir / "import")})
        try:
            for what in (f"import of {cars} cars", "the same import again"):
                begin = time.monotonic()
                subprocess.run([str(IMPORT), str(csv)], env=env, check=True)
                timed(what, begin)
            begin = time.monotonic()
            shop.start("catalog", wait=False)
            with shop.client("catalog") as client:
                def served():
                    try:
                        return client.call("MAKES").cars == cars
                    except most.WireError:
                        return False
                most.eventually(served, timeout=600, what="the first copy")
                timed("first copy, from start to being served", begin)
                car = client.call("PAGE", query=[{"sort": "-km"}]).cars[0]
                delays = [one_change(db, client, car.stock_id, 100000 + i) for i in range(20)]
                print(f"one changed price, from COMMIT to being served: median "
                      f"{statistics.median(delays) * 1000:.0f} ms, worst {max(delays) * 1000:.0f} ms")
                db.sql(f"UPDATE mostrador.cars SET km = km + 1 WHERE stock_id % 20 = 0 AND km < 9999999")
                begin = time.monotonic()
                one_change(db, client, car.stock_id, 77777)
                timed("a twentieth of the cars changed at once", begin)
            rss = [line for line in pathlib.Path(f"/proc/{shop.processes['catalog'].pid}/status").read_text().splitlines()
                   if line.startswith(("VmRSS", "VmHWM"))]
            print("memory of the replica:", ", ".join(" ".join(line.split()) for line in rss))
            begin = time.monotonic()
            shop.kill("catalog")
            shop.start("catalog")
            timed("started again with its copy", begin)
        finally:
            shop.stop()


if __name__ == "__main__":
    main()
