"""PostgreSQL as the catalog's source of truth: a real one, real replicas, and what befalls both."""

import csv
import decimal
import fcntl
import itertools
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tempfile

import pytest

import conftest
import most
import stack as stacks
from postgres import Postgres

SAMPLE = most.ROOT / "catalog" / "sample.csv"
IMPORT = most.BIN / "catalog-import"
HEADER = ("stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play,"
          "body,fuel,transmission,colour,city,photo_url\n")
TEXTS = ("make", "model", "version", "body", "fuel", "transmission", "colour", "city")
_names = itertools.count(1)


@pytest.fixture(scope="module")
def postgres():
    with Postgres() as db:
        yield db


class Shop:
    """A database of its own and replicas that share one folder."""

    def __init__(self, db):
        self.db = db
        self.database = f"shop{next(_names)}"
        db.sql(f"CREATE DATABASE {self.database}")
        self.url = db.link(self.database)
        self.replicas = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pgshop", dir="/tmp"))
        self.dir = self.folder / "catalog"

    def sql(self, *statements, **options):
        return self.db.sql(*statements, database=self.database, **options)

    def replica(self, start=True, url=None, look="300ms"):
        made = stacks.Stack(agents=0, gateway=False, env={
            "CATALOG_SOURCE": url or self.url, "CATALOG_SOURCE_MS": look})
        made.env["CATALOG_DIR"] = str(self.dir)
        self.replicas.append(made)
        conftest.watch(made)
        if start:
            made.start("catalog", wait=False)
        return made

    def load(self, path=SAMPLE, source=True):
        folder = self.folder / "import"
        env = {"CATALOG_DIR": str(folder), "CATALOG_ENDPOINT": f"ipc://{folder}/none.sock"}
        return subprocess.run([str(IMPORT), str(path)], capture_output=True, text=True, check=False,
                              env=stacks.clean_env(env | ({"CATALOG_SOURCE": self.url} if source else {})))

    def write(self, *rows):
        path = self.folder / "cars.csv"
        path.write_text(HEADER + "".join(row + "\n" for row in rows), encoding="utf-8")
        return path

    def close(self):
        wrong = []
        for made in reversed(self.replicas):
            try:
                conftest.end(made)
            except AssertionError as error:
                wrong.append(str(error))
        shutil.rmtree(self.folder)
        assert not wrong, "\n".join(wrong)


@pytest.fixture
def shop(postgres):
    if not postgres.running:
        postgres.start()
    made = Shop(postgres)
    yield made
    made.close()


def opened(shop, **options):
    """With the sample, and two replicas that serve it."""
    assert shop.load().returncode == 0
    for made in (shop.replica(**options), shop.replica(**options)):
        until(made, lambda client: client.call("MAKES").cars == 600)
    return shop


@pytest.fixture
def open_shop(shop):
    """Whose replicas look by themselves, and soon try again."""
    return opened(shop)


@pytest.fixture
def told_shop(shop):
    """Whose replicas know nothing that PostgreSQL does not tell them."""
    return opened(shop, look="10m")


def until(made, check):
    """Asks a replica until the answer is the one that is waited for."""
    with made.client("catalog") as client:
        def right():
            try:
                return check(client)
            except (most.WireError, IndexError):
                return False
        most.eventually(right, what=f"what {made.dir} was asked")


def everywhere(shop, check):
    for made in shop.replicas:
        until(made, check)


def counted(made, name, label=None):
    """A metric of a replica, now."""
    return sum(sample.value for sample in made.status("catalog")[0].samples
               if sample.name == f"mostrador_catalog_source_{name}"
               and (label is None or f'"{label}"' in sample.labels))


def price_of(client, stock_id):
    return client.call("GET_CAR", stock_id=stock_id).cars[0].price


def ids(client, **query):
    """Stock ids of all pages."""
    answer = client.call("PAGE", query=[{**query, "page_size": 20}])
    found = [car.stock_id for car in answer.cars]
    while answer.cars:
        answer = client.call("PAGE", query=[{**dict(answer.query[0]), "page": answer.list[0].page + 1}])
        found += [car.stock_id for car in answer.cars]
    return found


def row(stock_id, make="Nissan", price="100000", **texts):
    values = {"model": "Versa", "version": "", "body": "", "fuel": "", "transmission": "", "colour": "",
              "city": "", **texts}
    quoted = {name: '"' + value.replace('"', '""') + '"' for name, value in {**values, "make": make}.items()}
    return (f"{stock_id},10,{price},{quoted['make']},{quoted['model']},2020,{quoted['version']},Sí,4495,1740,"
            f"1475,,{quoted['body']},{quoted['fuel']},{quoted['transmission']},{quoted['colour']},"
            f"{quoted['city']},")


def table(shop):
    """The source, by a query of its own: stock id and all that a copy must have."""
    rows = shop.sql("SELECT stock_id, price, km, year, bluetooth::int, car_play::int, largo, ancho, altura,"
                    " photo_url, " + ", ".join(TEXTS) + " FROM mostrador.cars ORDER BY stock_id")
    return [(int(r[0]), int(decimal.Decimal(r[1]) * 100), *map(int, r[2:9]), *r[9:]) for r in rows]


def copies(shop):
    """The files of the replicas, newest state, read by SQLite alone."""
    for path in sorted(shop.dir.glob("copy-*/*.db")):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            traits = " ".join(f"LEFT JOIN traits t{i} ON t{i}.trait = {i} AND t{i}.value = c.{name}"
                              for i, name in enumerate(TEXTS[3:]))
            names = ", ".join(f"coalesce(t{i}.name, '')" for i in range(5))
            yield db.execute(
                "SELECT stock_id, price, km, year, bluetooth, car_play, length, width, height, photo_url,"
                f" k.name, m.name, v.name, {names} FROM cars c JOIN models m USING (model)"
                f" JOIN makes k USING (make) JOIN versions v ON v.version = c.version {traits}"
                " ORDER BY stock_id").fetchall()


# ---- imports ----


def test_an_import_with_bad_lines_changes_nothing_and_says_what_a_file_import_says(shop):
    assert "600 added, 0 changed, 0 removed" in shop.load().stdout
    before = table(shop)
    assert len(before) == 600
    bad = shop.write(row(1), row(2, price="cheap"), row(1), row(3, make="--"), row(4, colour="x" * 65))
    here, there = shop.load(bad), shop.load(bad, source=False)
    assert (here.returncode, here.stderr) == (1, there.stderr)
    for line, said in ((3, 'price: "cheap"'), (4, "stock_id: 1 is on line 2 already"), (5, "make:"),
                       (6, "colour: longer than 64 bytes")):
        assert f"cars.csv:{line}: {said}" in here.stderr
    assert table(shop) == before
    # and a good one touches only what differs
    with open(SAMPLE, encoding="utf-8", newline="") as file:
        lines = file.readlines()
    changed = shop.write()
    changed.write_text("".join([lines[0], *lines[1:-1], lines[-1].replace(lines[-1].split(",")[0], "77", 1)]),
                       encoding="utf-8")
    assert "1 added, 0 changed, 1 removed" in shop.load(changed).stdout
    assert shop.sql("SELECT count(*) FROM mostrador.changes WHERE xid = (SELECT max(xid) FROM"
                    " mostrador.changes)") == [["2"]]


def test_an_import_appears_in_replicas_that_had_nothing(shop):
    made = [shop.replica(), shop.replica()]
    for one in made:
        one.wait_log("catalog", "no table mostrador.cars: import into it")
        missing = one.status("catalog")[0]
        assert not missing.ready and "no copy of CATALOG_SOURCE yet" in missing.missing
        with one.client("catalog") as client, pytest.raises(most.WireError, match="unavailable: no copy"):
            client.call("MAKES")
    assert shop.load().returncode == 0
    with open(SAMPLE, encoding="utf-8", newline="") as file:
        cars = list(csv.DictReader(file))
    everywhere(shop, lambda client: client.call("MAKES").cars == len(cars))
    for one in made:
        assert one.status("catalog")[0].ready
        assert counted(one, "up") == 1
        with one.client("catalog") as client:
            assert sorted(ids(client)) == sorted(int(car["stock_id"]) for car in cars)
    assert list(copies(shop)) == [table(shop)] * 2
    assert sorted(path.name for path in shop.dir.iterdir()) == ["copy-0", "copy-1"]


def test_what_stands_in_a_field_stays_there(shop):
    nasty = ["'); DROP TABLE mostrador.cars; --", "\\.", "\\N", '"', "$$;SELECT 1;$$", "%s%n", "a\\tb", "é𝄞ñ",
             "'||pg_sleep(9)||'", "{1,2}", ",,,", "E'\\x41'"]
    rows = [row(100 + i, **{name: f"{chr(97 + i)}{text}" for name in TEXTS}) for i, text in enumerate(nasty)]
    done = shop.load(shop.write(*rows))
    assert done.returncode == 0, done.stderr
    assert [r[10:] for r in table(shop)] == [tuple([f"{chr(97 + i)}{text}"] * 8) for i, text in enumerate(nasty)]
    shop.replica()
    everywhere(shop, lambda client: client.call("MAKES").cars == len(nasty))
    shop.sql("UPDATE mostrador.cars SET km = 11")  # car by car, too
    everywhere(shop, lambda client: all(client.call("GET_CAR", stock_id=100 + i).cars[0].km == 11
                                        for i in range(len(nasty))))
    assert list(copies(shop)) == [table(shop)]


# ---- changes ----


def test_a_change_reaches_every_replica(told_shop):
    shop = told_shop
    stock_id = int(shop.sql("SELECT stock_id FROM mostrador.cars WHERE make = 'Nissan' LIMIT 1")[0][0])
    with shop.replicas[0].client("catalog") as client:
        version = client.call("MAKES").version
    shop.sql(f"UPDATE mostrador.cars SET price = 4321.09, make = 'Zunder', model = 'Qix',"
             f" colour = 'Fucsia', version = 'Turmalina' WHERE stock_id = {stock_id}")
    everywhere(shop, lambda client: price_of(client, stock_id) == 432109)
    for made in shop.replicas:
        with made.client("catalog") as client:
            assert client.call("MAKES").version > version
            for query in ({"make": "zunder"}, {"q": "fucsia"}, {"q": "turmalina"}, {"colour": "fucsia"},
                          {"q": "qix"}, {"price_max": 432109}):
                assert ids(client, **query) == [stock_id], query
            assert client.call("RESOLVE", text="un Zunder Qix").mentions[0].model == "Qix"
            assert {f.name: f.count for f in client.call("MAKES").facets}["Zunder"] == 1
    shop.sql(f"DELETE FROM mostrador.cars WHERE stock_id = {stock_id}")
    everywhere(shop, lambda client: client.call("GET_CAR", stock_id=stock_id).cars == [])
    for made in shop.replicas:
        with made.client("catalog") as client:
            assert client.call("MAKES").cars == 599
            assert "Zunder" not in [f.name for f in client.call("MAKES").facets]
            assert ids(client, q="fucsia") == [] and ids(client, make="zunder") == []
            assert client.call("RESOLVE", text="un Zunder Qix").mentions == []
        assert counted(made, "reads_total", "all") == 1
    shop.sql("TRUNCATE mostrador.cars")
    everywhere(shop, lambda client: client.call("MAKES").cars == 0)


def test_a_name_spelt_another_way_is_written_so(told_shop):
    told_shop.sql("UPDATE mostrador.cars SET make = upper(make) WHERE make = 'Nissan'")
    everywhere(told_shop, lambda client: "NISSAN" in [f.name for f in client.call("MAKES").facets])
    for made in told_shop.replicas:
        with made.client("catalog") as client:
            cars = int(told_shop.sql("SELECT count(*) FROM mostrador.cars WHERE make = 'NISSAN'")[0][0])
            assert len(ids(client, make="nissan")) == len(ids(client, q="nissan")) == cars > 1
    assert list(copies(told_shop)) == [table(told_shop)] * 2


def random_change(rng, stock_ids):
    pick = rng.choice(stock_ids)
    word = rng.choice(["Rojo", "Azul", "Verde", "Ámbar", "Gris"])
    return rng.choice([
        f"UPDATE mostrador.cars SET price = {rng.randrange(1, 10**8)} / 100.0 WHERE stock_id = {pick}",
        f"UPDATE mostrador.cars SET colour = '{word}', km = {rng.randrange(10**6)} WHERE stock_id % 7 = {pick % 7}",
        f"UPDATE mostrador.cars SET make = 'Marca{rng.randrange(4)}', model = 'M{rng.randrange(9)}'"
        f" WHERE stock_id = {pick}",
        f"DELETE FROM mostrador.cars WHERE stock_id = {pick}",
        f"DELETE FROM mostrador.cars WHERE stock_id % 97 = {pick % 97}",
        f"INSERT INTO mostrador.cars (stock_id, make, model, year, price, km, version, city) VALUES"
        f" ({rng.randrange(1, 10**6)}, 'Marca{rng.randrange(4)}', 'M{rng.randrange(9)}', 2020,"
        f" {rng.randrange(1, 10**6)}, 5, 'V{rng.randrange(30)}', 'Ciudad {word}') ON CONFLICT DO NOTHING",
        f"UPDATE mostrador.cars SET stock_id = stock_id + 1000000 WHERE stock_id = {pick}",
        f"UPDATE mostrador.cars SET version = 'V{rng.randrange(30)}', photo_url = 'https://x.example/{pick}'"
        f" WHERE stock_id = {pick}",
    ])


def test_after_many_changes_the_copies_are_what_the_table_is(told_shop):
    rng = random.Random(5)
    stock_ids = [int(r[0]) for r in told_shop.sql("SELECT stock_id FROM mostrador.cars")]
    for _ in range(20):
        told_shop.sql(*(random_change(rng, stock_ids) for _ in range(10)))
    expected = table(told_shop)
    most.eventually(lambda: list(copies(told_shop)) == [expected] * 2, what="copies as the table")
    cars = len(expected)
    everywhere(told_shop, lambda client: client.call("MAKES").cars == cars and
               price_of(client, expected[-1][0]) == expected[-1][1])
    makes = {make: (int(count), int(decimal.Decimal(least) * 100)) for make, count, least in told_shop.sql(
        "SELECT make, count(*), min(price) FROM mostrador.cars GROUP BY make")}
    for made in told_shop.replicas:
        with made.client("catalog") as client:
            assert {f.name: (f.count, f.price_min) for f in client.call("MAKES").facets} == makes
            by_price = [r[0] for r in sorted(expected, key=lambda r: (r[1], r[0]))]
            by_km = [r[0] for r in sorted(expected, key=lambda r: (-r[2], r[0]))]
            assert ids(client, sort="price") == by_price and ids(client, sort="-km") == by_km
            for colour in ("Rojo", "Azul", "Verde"):
                assert sorted(ids(client, colour=colour)) == [r[0] for r in expected if r[16] == colour]
        assert counted(made, "reads_total", "all") == 1
    # a replica that reads all of it anew sees the same
    fresh = told_shop.replica()
    until(fresh, lambda client: client.call("MAKES").cars == cars)
    with fresh.client("catalog") as anew, told_shop.replicas[0].client("catalog") as patched:
        for query in ({"q": "rojo"}, {"q": "v7"}, {"q": "ciudad"}, {"make": "marca1"}, {"q": "marca3 m3 azul"},
                      {"make": "marca2", "model": "M5", "sort": "-price"}, {"city": "ambar"}, {"q": "sentra"}):
            assert ids(anew, **query) == ids(patched, **query), query


class Session:
    """psql that is told one statement after the other."""

    def __init__(self, shop):
        self.child = subprocess.Popen(["psql", "-X", "-q", "-At", shop.url], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True, cwd="/")

    def say(self, statement):
        self.child.stdin.write(f"{statement};\nSELECT 'said';\n")
        self.child.stdin.flush()
        assert self.child.stdout.readline() == "said\n"

    def close(self):
        self.child.stdin.close()
        assert self.child.wait(most.PATIENCE) == 0


def test_a_transaction_that_ends_after_a_later_one_is_not_missed(told_shop):
    first, second = (int(r[0]) for r in told_shop.sql("SELECT stock_id FROM mostrador.cars LIMIT 2"))
    slow = Session(told_shop)
    slow.say("BEGIN")
    slow.say(f"UPDATE mostrador.cars SET price = 111 WHERE stock_id = {first}")
    told_shop.sql(f"UPDATE mostrador.cars SET price = 222 WHERE stock_id = {second}")
    everywhere(told_shop, lambda client: price_of(client, second) == 22200)
    slow.say("COMMIT")
    everywhere(told_shop, lambda client: price_of(client, first) == 11100)
    slow.close()


def test_who_writes_with_triggers_off_is_noted_too(told_shop):
    stock_id = int(told_shop.sql("SELECT stock_id FROM mostrador.cars LIMIT 1")[0][0])
    told_shop.sql("SET session_replication_role = replica",
                  f"UPDATE mostrador.cars SET price = 333 WHERE stock_id = {stock_id}")
    everywhere(told_shop, lambda client: price_of(client, stock_id) == 33300)


# ---- what goes wrong ----


def test_while_postgresql_is_away_everything_is_served(open_shop):
    shop, db = open_shop, open_shop.db
    db.stop("immediate")
    for made in shop.replicas:
        made.wait_log("catalog", "catalog_source_away")
        most.eventually(lambda made=made: counted(made, "up") == 0)
        with made.client("catalog") as client:
            assert len(ids(client)) == 600
    most.eventually(lambda: counted(shop.replicas[0], "age_seconds") >= 1)
    late = shop.replicas[1]
    late.kill("catalog")
    late.start("catalog")  # it has its copy, and nobody to ask
    with late.client("catalog") as client:
        assert client.call("MAKES").cars == 600
    assert late.status("catalog")[0].ready
    db.start()
    stock_id = int(shop.sql("SELECT stock_id FROM mostrador.cars LIMIT 1")[0][0])
    shop.sql(f"UPDATE mostrador.cars SET price = 5 WHERE stock_id = {stock_id}")
    everywhere(shop, lambda client: price_of(client, stock_id) == 500)
    for made in shop.replicas:
        most.eventually(lambda made=made: counted(made, "up") == 1)
        log = made.log("catalog")
        assert log.count("what=all") == 1 and "top-secret" not in log


def test_what_changed_while_a_replica_was_cut_off_is_caught_up_with(shop):
    assert shop.load().returncode == 0
    role = f"catalog_of_{shop.database}"
    shop.sql(f"CREATE ROLE {role} LOGIN", f"GRANT USAGE ON SCHEMA mostrador TO {role}",
             f"GRANT SELECT ON ALL TABLES IN SCHEMA mostrador TO {role}")  # and no more than that
    made = shop.replica(url=shop.db.link(shop.database, role))
    until(made, lambda client: client.call("MAKES").cars == 600)
    shop.sql(f"ALTER ROLE {role} NOLOGIN",
             f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'")
    made.wait_log("catalog", "not permitted to log in")
    gone, kept = (int(r[0]) for r in shop.sql("SELECT stock_id FROM mostrador.cars ORDER BY 1 LIMIT 2"))
    shop.sql(f"DELETE FROM mostrador.cars WHERE stock_id = {gone}",
             f"UPDATE mostrador.cars SET price = 9 WHERE stock_id = {kept}")
    with made.client("catalog") as client:
        assert client.call("MAKES").cars == 600
    shop.sql(f"ALTER ROLE {role} LOGIN")
    until(made, lambda client: price_of(client, kept) == 900)
    until(made, lambda client: client.call("GET_CAR", stock_id=gone).cars == [])
    assert made.log("catalog").count("what=all") == 1 and list(copies(shop)) == [table(shop)]


def test_a_change_that_nobody_told_of_is_found(open_shop):
    stock_id = int(open_shop.sql("SELECT stock_id FROM mostrador.cars LIMIT 1")[0][0])
    open_shop.sql("ALTER TABLE mostrador.cars DISABLE TRIGGER note_update", "BEGIN",
                  f"UPDATE mostrador.cars SET price = 444 WHERE stock_id = {stock_id}",
                  f"INSERT INTO mostrador.changes (stock_id, xid) VALUES ({stock_id}, pg_current_xact_id())"
                  " ON CONFLICT (stock_id) DO UPDATE SET xid = excluded.xid", "COMMIT")
    everywhere(open_shop, lambda client: price_of(client, stock_id) == 44400)


def test_rows_that_no_catalog_can_take_are_left_out_and_named(told_shop):
    shop = told_shop
    spoilt, fine = (int(r[0]) for r in shop.sql("SELECT stock_id FROM mostrador.cars ORDER BY 1 LIMIT 2"))
    constraints = shop.sql("SELECT conname FROM pg_constraint WHERE conrelid = 'mostrador.cars'::regclass"
                           " AND contype = 'c'")
    assert len(constraints) >= 15
    refused = ["price = -5", "price = 'NaN'", "make = '- -'", "model = ''", "year = 1066", "km = -1",
               "colour = E'a\\nb'", f"city = repeat('x', 65)", "photo_url = 'javascript:alert(1)'",
               "stock_id = 0"]
    for nonsense in refused:
        done = shop.sql(f"UPDATE mostrador.cars SET {nonsense} WHERE stock_id = {spoilt}", check=False)
        assert "violates check constraint" in done.stderr, nonsense
    shop.sql(*(f"ALTER TABLE mostrador.cars DROP CONSTRAINT {name}" for name, in constraints))
    for number, nonsense in enumerate(refused[:-1], 1):
        shop.sql(f"UPDATE mostrador.cars SET {nonsense} WHERE stock_id = {spoilt}",
                 f"UPDATE mostrador.cars SET price = {number} WHERE stock_id = {fine}")
        everywhere(shop, lambda client, number=number: price_of(client, fine) == number * 100)
        for made in shop.replicas:
            with made.client("catalog") as client:
                assert client.call("GET_CAR", stock_id=spoilt).cars == [], nonsense
        shop.sql(f"UPDATE mostrador.cars SET price = 7, make = 'Kia', model = 'Rio', year = 2020, km = 1,"
                 f" colour = '', city = '', photo_url = '' WHERE stock_id = {spoilt}")
        everywhere(shop, lambda client: price_of(client, spoilt) == 700)
    for made in shop.replicas:
        assert counted(made, "cars_total", "left_out") == len(refused) - 1
        assert f"event=catalog_row_left_out stock_id={spoilt}" in made.log("catalog")
    shop.sql(f"UPDATE mostrador.cars SET make = repeat('y', 9000) WHERE stock_id = {spoilt}")
    fresh = shop.replica()  # all of it, with one that is none
    until(fresh, lambda client: client.call("MAKES").cars == 599)


def test_a_replica_killed_while_it_reads_everything_begins_again(shop):
    assert shop.load().returncode == 0
    shop.sql("INSERT INTO mostrador.cars (stock_id, make, model, year, price, km)"
             " SELECT g, 'Marca' || g % 50, 'M' || g % 500, 2020, g, g % 100000"
             " FROM generate_series (1000000, 1019999) g")
    made = shop.replica(start=False)
    half = shop.dir / "copy-0" / "new"
    for _ in range(2):
        made.start("catalog", wait=False)
        most.eventually(lambda: half.exists() or list(half.parent.glob("*.db")), what="a copy begun")
        assert half.exists(), "the copy was there before it could be disturbed"
        made.kill("catalog")
        assert not list(half.parent.glob("*.db"))
    made.start("catalog", wait=False)
    until(made, lambda client: client.call("MAKES").cars == 20600)
    assert list(copies(shop)) == [table(shop)] and not half.exists()


def copy_of_nobody(shop):
    """The folder of the replica that has just ended: those that run hold theirs locked."""
    free = []
    for folder in shop.dir.glob("copy-*"):
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free.append(folder)
        except BlockingIOError:
            pass
        finally:
            os.close(handle)
    (folder,) = free
    return folder


@pytest.mark.parametrize("where", ["much", "indexes"])
def test_a_damaged_copy_is_made_anew(open_shop, where):
    """Also in pages that a start has no need to read, those of indexes."""
    made = open_shop.replicas[0]
    made.terminate("catalog")
    for path in copy_of_nobody(open_shop).glob("*.db"):
        with sqlite3.connect(path) as db:
            (size,), = db.execute("PRAGMA page_size")
            roots = [root for root, in db.execute(
                "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND sql NOT NULL")]
        assert roots
        db.close()
        with open(path, "r+b") as file:
            for page in range(3, 19) if where == "much" else roots:
                file.seek((page - 1) * size)
                file.write(b"\xff" * size)
    ended = len(made.log("catalog"))
    made.start("catalog", wait=False)
    made.wait_log("catalog", "event=catalog_copy_damaged .*why=", since=ended)
    made.wait_log("catalog", "catalog_source_read what=all", since=ended)
    until(made, lambda client: client.call("MAKES").cars == 600)
    assert made.count("catalog", "mostrador_catalog_copies_damaged_total") == 1
    assert list(copies(open_shop)) == [table(open_shop)] * 2


def test_another_table_under_the_same_name_is_read_anew(open_shop):
    open_shop.sql("DROP SCHEMA mostrador CASCADE")
    for made in open_shop.replicas:
        made.wait_log("catalog", "no table mostrador.cars")
        with made.client("catalog") as client:
            assert client.call("MAKES").cars == 600  # what was served stays
    assert open_shop.load(open_shop.write(row(1), row(2))).returncode == 0
    everywhere(open_shop, lambda client: ids(client) == [1, 2])


def test_forgotten_changes_are_not_missed(open_shop):
    stock_id = int(open_shop.sql("SELECT stock_id FROM mostrador.cars LIMIT 1")[0][0])
    made = open_shop.replicas[1]
    made.terminate("catalog")
    open_shop.sql(f"UPDATE mostrador.cars SET price = 555 WHERE stock_id = {stock_id}")
    until(open_shop.replicas[0], lambda client: price_of(client, stock_id) == 55500)
    open_shop.sql("SELECT mostrador.forget_changes ('0 seconds')")
    assert open_shop.sql("SELECT count(*) FROM mostrador.changes") == [["0"]]
    made.start("catalog")
    until(made, lambda client: price_of(client, stock_id) == 55500)


@pytest.mark.parametrize("program", ["catalog", "catalog-import"])
def test_a_url_that_is_none_stops_the_start(shop, program):
    made = shop.replica(start=False)
    for url in ("mysql://shop:top-secret@db/shop", "postgres://shop:top-secret%zz@db/shop", "postgres://shop:top-secret@[db/shop",
                "postgres://db/shop?pasword=top-secret"):
        done = subprocess.run([str(most.BIN / program), *(["x.csv"] if program != "catalog" else [])], text=True,
                              env=stacks.clean_env({**made.env, "CATALOG_SOURCE": url}), capture_output=True,
                              timeout=most.PATIENCE, check=False, cwd=made.dir)
        assert done.returncode == 1, url
        assert "CATALOG_SOURCE" in done.stderr and "postgres://user" in done.stderr
        assert "top-secret" not in done.stderr + done.stdout


def test_an_import_that_cannot_reach_it_says_so(shop):
    shop.database = "nowhere"
    shop.url = shop.db.link("nowhere")
    done = shop.load()
    assert done.returncode == 1 and 'database "nowhere" does not exist' in done.stderr
    assert "nothing was imported" in done.stderr and "top-secret" not in done.stderr
