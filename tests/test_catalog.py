"""The catalog service as a real process: what it answers, and imports swapped in while it does."""

import csv
import os
import shutil
import signal
import subprocess
import threading

import pytest

import most
import stack as stacks

SAMPLE = most.ROOT / "catalog" / "sample.csv"
IMPORT = most.BIN / "catalog-import"
HEADER = "stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play\n"


def catalog_stack(new_stack, imported=True, **env):
    """Only the catalog."""
    made = new_stack(agents=0, gateway=False, start=False, env=env)
    if imported:
        made.import_csv(SAMPLE)
    made.start("catalog", wait=imported)
    return made


@pytest.fixture(scope="module")
def catalog():
    """A client of one catalog that serves the sample, for tests that do it no harm."""
    made = stacks.Stack(agents=0, gateway=False)
    made.import_csv(SAMPLE)
    made.start("catalog")
    with made.client("catalog") as client:
        yield client
    made.stop()


@pytest.fixture(scope="module")
def cars():
    with open(SAMPLE, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page(client, **query):
    return client.call("PAGE", query=[query])


def write(made, name, rows, header=HEADER):
    path = made.dir / name
    path.write_text(header + "".join(row + "\n" for row in rows), encoding="utf-8")
    return path


def row(stock_id, make="Nissan", price="100000"):
    return f"{stock_id},10,{price},{make},Versa,2020,Sense,Sí,4495.0,1740.0,1475.0,"


# ---- the sample ----


def test_the_sample_is_what_it_should_be(cars):
    with open(SAMPLE, encoding="utf-8") as file:
        assert file.readline().startswith(HEADER.strip())
    makes = {car["make"] for car in cars}
    assert len(cars) >= 300 and len(makes) >= 25
    assert "Ferrari" not in makes
    nissan = [car for car in cars if car["make"] == "Nissan"]
    assert len(nissan) >= 12
    assert sum(float(car["price"]) < 300000 for car in nissan) >= 7
    assert sum(car["model"] == "Mustang" for car in cars) >= 3
    assert sum(car["model"] == "A3" for car in cars) >= 3
    assert len({car["stock_id"] for car in cars}) == len(cars)
    # it was made like this, and can be made again
    made = subprocess.run([str(IMPORT), "--generate", "600", "--seed", "49"], check=True,
                          capture_output=True)
    assert made.stdout == SAMPLE.read_bytes()


# ---- answers ----


def test_a_page_of_misspelt_cars_says_what_it_searched(catalog, cars):
    fitting = [c for c in cars if c["make"] == "Nissan" and float(c["price"]) <= 300000]
    answer = page(catalog, make="Nisan", price_max=30000000)
    where = answer.list[0]
    assert (where.total, where.page, where.page_size) == (len(fitting), 1, 5)
    assert where.pages == -(-len(fitting) // 5) and where.pages_left == where.pages - 1
    assert [dict(c) for c in answer.corrections] == [
        {"field": "make", "from": "Nisan", "to": "Nissan"}]
    assert all(c.make == "Nissan" and c.price <= 30000000 for c in answer.cars)
    assert answer.query[0].make == "Nissan"


@pytest.mark.parametrize("sort", ["relevance", "price", "-price", "km", "-km", "year", "-year"])
def test_following_the_query_shows_every_car_once(catalog, cars, sort):
    answer = page(catalog, sort=sort, page_size=20)
    seen = []
    while answer.cars:
        seen += [car.stock_id for car in answer.cars]
        query = dict(answer.query[0])
        query["page"] += 1
        answer = page(catalog, **query)
    assert sorted(seen) == sorted(int(car["stock_id"]) for car in cars)
    assert answer.list[0].total == len(cars) and answer.list[0].pages_left == 0


def test_a_car_is_what_the_csv_says(catalog, cars):
    for said in cars[::50]:
        car = catalog.call("GET_CAR", stock_id=int(said["stock_id"])).cars[0]
        assert (car.make, car.model, car.version) == (said["make"], said["model"], said["version"])
        assert car.price == round(float(said["price"]) * 100) and car.km == int(said["km"])
        assert (car.length, car.width) == (float(said["largo"]), float(said["ancho"]))
        assert car.bluetooth == (said["bluetooth"] == "Sí")
        assert (car.body, car.colour, car.city) == (said["carroceria"], said["color"], said["ciudad"])
    assert catalog.call("GET_CAR", stock_id=1).cars == []


def test_what_is_not_there_is_denied_with_something_near(catalog):
    answer = page(catalog, make="Ferrari")
    assert answer.list[0].total == 0 and answer.cars == []
    assert (answer.list[0].pages, answer.list[0].pages_left) == (0, 0)
    assert answer.near and all(facet.count > 0 for facet in answer.near)


def test_makes_and_models(catalog, cars):
    makes = catalog.call("MAKES")
    assert makes.cars == len(cars)
    assert [f.name for f in makes.facets] == sorted({c["make"] for c in cars})
    assert sum(f.count for f in makes.facets) == len(cars)
    assert catalog.call("MAKES", version=makes.version).facets == []
    models = catalog.call("MODELS", make="volksvagen")
    assert models.make == "Volkswagen"
    assert [f.name for f in models.facets] == sorted(
        {c["model"] for c in cars if c["make"] == "Volkswagen"})


def test_names_in_sentences(catalog):
    def named(text):
        return [(m.make, m.model, m.corrected, m.count > 0)
                for m in catalog.call("RESOLVE", text=text).mentions]

    assert named("busco un Nisan de menos de 300 mil") == [("Nissan", "", True, True)]
    assert named("tienes un Ferrari?") == [("Ferrari", "", False, False)]
    assert named("el segundo a 48 meses con 20% de enganche") == []


@pytest.mark.parametrize("query", [{"sort": "colour"}, {"page": -1}, {"page_size": 21},
                                   {"price_max": -5}, {"bluetooth": 7}])
def test_a_query_that_makes_no_sense_is_refused(catalog, query):
    with pytest.raises(most.WireError) as error:
        page(catalog, **query)
    assert error.value.code == "invalid" and next(iter(query)) in error.value.detail


# ---- the folder of knowledge ----


def test_knowledge_follows_its_folder(new_stack, tmp_path):
    (tmp_path / "tienda.md").write_text("# Garantía\nTres meses en motor.\n", encoding="utf-8")
    made = catalog_stack(new_stack, KNOWLEDGE_DIR=str(tmp_path))
    with made.client("catalog") as client:
        found = client.call("KNOWLEDGE", q="what warranty do you have?").passages
        assert [(p.source, p.title, p.text) for p in found] == [
            ("tienda.md", "Garantía", "Tres meses en motor.")]
        assert client.call("KNOWLEDGE", q="mascotas").passages == []
        (tmp_path / "mas.md").write_text("# Mascotas\nSon bienvenidas.\n", encoding="utf-8")
        most.eventually(lambda: client.call("KNOWLEDGE", q="mascotas").passages)
        with pytest.raises(most.WireError, match="invalid"):
            client.call("KNOWLEDGE", q="x", max=9)


# ---- imports ----


def test_without_a_catalog_it_is_up_but_not_ready(new_stack):
    made = catalog_stack(new_stack, imported=False)
    status = most.eventually(lambda: made.status("catalog"))[0]
    assert not status.ready and status.missing == "no catalog imported"
    with made.client("catalog") as client:
        with pytest.raises(most.WireError, match="unavailable"):
            page(client)
        done = made.import_csv(SAMPLE)
        assert "now serves 600 cars" in done.stdout
        assert page(client).list[0].total == 600
    assert made.status("catalog")[0].ready


def test_an_import_without_a_service_succeeds_and_says_so(new_stack):
    made = new_stack(agents=0, gateway=False, start=False)
    assert "no catalog service is running" in made.import_csv(SAMPLE).stdout
    (made.run / "catalog.sock").touch()  # a service that was killed leaves its socket
    assert "no catalog service is running" in made.import_csv(SAMPLE).stdout


def test_a_bad_file_names_every_line_and_changes_nothing(new_stack):
    made = catalog_stack(new_stack)
    with made.client("catalog") as client:
        version = client.call("MAKES").version
        bad = write(made, "bad.csv", [row(1), row(2, price="gratis"), row(1), "1,2,3"])
        done = made.import_csv(bad, check=False)
        assert done.returncode == 1
        assert done.stderr.splitlines() == [
            f'{bad}:3: price: "gratis" is not a plain number such as 461999.00',
            f"{bad}:4: stock_id: 1 is on line 2 already",
            f"{bad}:5: record: expected 12 fields, found 3",
            "nothing was imported; what was served before stays"]
        many = write(made, "many.csv", [row(n + 1, price="x") for n in range(100)])
        done = made.import_csv(many, check=False)
        assert "… and 80 more" in done.stderr and len(done.stderr.splitlines()) == 22
        done = made.import_csv(made.dir / "none.csv", check=False)
        assert done.returncode == 1 and "No such file" in done.stderr
        answer = client.call("MAKES")
        assert (answer.version, answer.cars) == (version, 600)
    assert sorted(os.listdir(made.dir / "catalog")) == ["catalog.db", "copy-0"]


def test_catalogs_are_swapped_in_whole_while_searches_go_on(new_stack):
    """Two catalogs take turns. Whatever a search finds is all of one or all of the other, and no
    search fails."""
    made = catalog_stack(new_stack, imported=False)
    files = [write(made, f"{make}.csv", [row(n * 10 + i, make) for n in range(1, 41)])
             for i, make in enumerate(["Audi", "Volvo"])]
    made.import_csv(files[0])
    made.wait_ready("catalog")
    stop, seen, wrong = threading.Event(), set(), []

    def search():
        with made.client("catalog") as client:
            while not stop.is_set():
                answer = page(client, page_size=20)
                makes = {car.make for car in answer.cars}
                seen.update(makes)
                if answer.list[0].total != 40 or len(answer.cars) != 20 or len(makes) != 1:
                    wrong.append(answer)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        versions = []
        for turn in range(1, 9):
            made.import_csv(files[turn % 2])
            with made.client("catalog") as client:
                answer = client.call("MAKES")
                assert [f.name for f in answer.facets] == [["Audi", "Volvo"][turn % 2]]
                versions.append(answer.version)
            seen.clear()
            most.eventually(lambda: ["Audi", "Volvo"][turn % 2] in seen)
        assert versions == sorted(set(versions))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not wrong


def test_a_file_that_appears_by_itself_is_served(new_stack):
    """Replicas are not told: they look."""
    made = catalog_stack(new_stack)
    other = new_stack(agents=0, gateway=False, start=False)
    other.import_csv(write(other, "one.csv", [row(1)]))
    with made.client("catalog") as client:
        folder = made.dir / "catalog"
        shutil.copy(other.dir / "catalog" / "catalog.db", folder / "copy")
        os.replace(folder / "copy", folder / "catalog.db")
        most.eventually(lambda: client.call("MAKES").cars == 1)
        # what is no catalog is refused, and the one that was there goes on
        (folder / "copy").write_bytes(b"not a catalog" * 1000)
        os.replace(folder / "copy", folder / "catalog.db")
        made.wait_log("catalog", "catalog_refused")
        assert client.call("MAKES").cars == 1
        with pytest.raises(most.WireError, match="unavailable"):
            client.call("RELOAD")


def test_a_killed_import_leaves_the_old_catalog(new_stack):
    made = catalog_stack(new_stack)
    pipe = made.dir / "pipe.csv"
    os.mkfifo(pipe)
    importing = subprocess.Popen([str(IMPORT), str(pipe)], env=stacks.clean_env(made.env),
                                 cwd=made.dir)
    with open(pipe, "w", encoding="utf-8") as rows:
        rows.write(HEADER + row(1) + "\n")
        rows.flush()
        most.eventually((made.dir / "catalog" / "catalog.db.new").exists)
        busy = made.import_csv(SAMPLE, check=False)
        assert busy.returncode == 1 and "another import" in busy.stderr
        importing.send_signal(signal.SIGKILL)
        importing.wait()
    with made.client("catalog") as client:
        assert client.call("MAKES").cars == 600
    made.import_csv(SAMPLE)
    assert sorted(os.listdir(made.dir / "catalog")) == ["catalog.db", "copy-0"]


def test_a_generated_catalog_imports(new_stack):
    made = catalog_stack(new_stack)
    out = subprocess.run([str(IMPORT), "--generate", "5000", "--seed", "3"], check=True,
                         capture_output=True)
    again = subprocess.run([str(IMPORT), "--generate", "5000", "--seed", "3"], check=True,
                           capture_output=True)
    assert out.stdout == again.stdout
    (made.dir / "made.csv").write_bytes(out.stdout)
    assert "now serves 5,000 cars" in made.import_csv(made.dir / "made.csv").stdout
    assert subprocess.run([str(IMPORT), "--generate", "x"], capture_output=True).returncode == 2


def test_the_service_counts(new_stack):
    made = catalog_stack(new_stack)
    with made.client("catalog") as client:
        for _ in range(3):
            page(client)
    samples = {(s.name, s.labels): s.value for s in made.status("catalog")[0].samples}
    assert samples["mostrador_catalog_cars", ""] == 600
    assert samples["mostrador_served_total", 'type="PAGE"'] == 3
    assert samples["mostrador_catalog_reloads_total", 'outcome="swapped"'] == 1
    assert samples["mostrador_catalog_seconds_count", ""] == 3


def test_searches_live_through_a_restart(new_stack):
    made = catalog_stack(new_stack)
    with made.client("catalog") as client:
        before = page(client).list[0].total
    made.restart("catalog")
    with made.client("catalog") as client:
        assert page(client).list[0].total == before
