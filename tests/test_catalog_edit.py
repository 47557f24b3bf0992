"""People of the shop change the catalog: two replicas over one folder, as real processes. What is
answered is durable and served by both; an import does not undo it; what is bad changes nothing."""

import csv
import os

import pytest

import most
import replicas

SAMPLE = most.ROOT / "catalog" / "sample.csv"
HEADER = "stock_id,km,price,make,model,year,version,colour\n"
CARS = ["101,10,100000,Nissan,Versa,2020,Sense,Rojo", "102,20,200000,Nissan,March,2021,Active,Azul",
        "103,30,300000,Mazda,Mazda 3,2022,i Sport,Gris"]


class Shop(replicas.Replicas):
    def __init__(self, cars=CARS):
        super().__init__(agents=0, gateway=False)
        self.order = ["catalog", "catalog-2"]
        self.csv = self.write("cars.csv", cars)
        self.asked = 0

    def write(self, name, cars):
        path = self.dir / name
        path.write_text(HEADER + "".join(f"{car}\n" for car in cars), encoding="utf-8")
        return path

    def start(self, *names, **options):
        if not names:
            self.import_csv(self.csv)
        super().start(*(names or self.order), **options)
        return self

    def call(self, type_, replica=1, request=None, **fields):
        """id is a name that the client has for something else."""
        if type_ in ("PUT_CAR", "SELL_CAR", "UNDO", "IMPORT_CSV"):
            self.asked += 1
            fields["request"] = request or f"test-{self.asked}"
        with self.client("catalog" if replica == 1 else "catalog-2") as client:
            return client.call(type_, **fields)

    def edit(self, _car, seen="", replica=1, **values):
        return self.call("PUT_CAR", replica, stock_id=_car, by="ana", version=seen,
                         values=[{"name": name, "value": value} for name, value in values.items()])

    def car(self, stock_id, replica=1):
        found = self.call("GET_CAR", replica, stock_id=stock_id)
        return found.cars[0] if found.cars else None

    def offered(self, replica=1):
        found = self.call("PAGE", replica, query=[{"page_size": 20}])
        return sorted(car.stock_id for car in found.cars)

    def upload(self, cars, digest="", header=HEADER, replica=1, **fields):
        text = header + "".join(f"{car}\n" for car in cars)
        return self.call("IMPORT_CSV", replica, by="olga", csv=text.encode(), digest=digest, **fields)

    def files(self):
        return {name for name in os.listdir(self.dir / "catalog") if not name.startswith("copy-")}


@pytest.fixture
def shop(request):
    import conftest
    made = Shop()
    conftest.watch(made)
    made.start()
    yield made
    conftest.end(made)


def both(shop, what):
    answers = [what(replica) for replica in (1, 2)]
    assert answers[0] == answers[1]
    return answers[0]


def test_an_edit_is_served_by_both_when_it_is_answered(shop):
    seen = shop.call("GET_CAR", stock_id=101)
    done = shop.edit(101, seen=seen.version, price="95000", colour="Verde", model="Versa V-Drive")
    assert (done.revision[0].number, done.revision[0].kind, done.revision[0].by) == (1, "edit", "ana")
    assert done.revision[0].before[0].price == 10000000
    car = both(shop, lambda replica: shop.car(101, replica))
    assert (car.price, car.colour, car.model, car.km) == (9500000, "Verde", "Versa V-Drive", 10)
    assert done.version == shop.call("GET_CAR", stock_id=101).version != seen.version
    found = both(shop, lambda replica: shop.call("PAGE", replica, query=[
        {"q": "v-drive", "colour": "verde"}]).list[0].total)
    assert found == 1


def test_every_edit_is_seen_at_the_other_at_once(shop):
    for n in range(20):
        shop.edit(101, price=str(1000 + n), replica=1 + n % 2)
        assert shop.car(101, 2 - n % 2).price == 100 * (1000 + n)


def test_of_two_who_change_a_car_the_second_is_told(shop):
    version = shop.call("GET_CAR", stock_id=102).version
    shop.edit(102, seen=version, km="25")
    with pytest.raises(most.WireError, match="conflict.*meanwhile"):
        shop.edit(102, seen=version, km="26", replica=2)
    assert both(shop, lambda replica: shop.car(102, replica)).km == 25


def test_a_car_is_added_and_sold_and_it_is_taken_back(shop):
    added = shop.edit(0, stock_id="500", make="Dacia", model="Duster", year="2023", km="0",
                      price="321000.50", photo_url="https://shop.example/1.jpg")
    assert added.revision[0].kind == "add" and not added.revision[0].before
    assert both(shop, shop.offered) == [101, 102, 103, 500]
    assert shop.car(500, 2).price == 32100050
    sold = shop.call("SELL_CAR", 2, stock_id=500, by="ana")
    assert not sold.revision[0].after and sold.version == ""
    assert both(shop, shop.offered) == [101, 102, 103]
    for replica in (1, 2):
        told = shop.call("GET_CAR", replica, stock_id=500)
        assert not told.cars and told.sold[0].model == "Duster"
    with pytest.raises(most.WireError, match="conflict.*sold"):
        shop.call("SELL_CAR", stock_id=500)
    with pytest.raises(most.WireError, match="conflict.*since"):
        shop.call("UNDO", number=added.revision[0].number)
    undone = shop.call("UNDO", number=sold.revision[0].number, by="olga")
    assert undone.revision[0].after[0].stock_id == 500
    assert both(shop, shop.offered) == [101, 102, 103, 500]
    assert not shop.call("GET_CAR", stock_id=500).sold
    history = shop.call("GET_HISTORY").revisions
    assert [(entry.kind, entry.by, entry.last, entry.undone) for entry in history] == [
        ("undo", "olga", True, 0), ("sell", "ana", False, 3), ("add", "ana", False, 0)]


def test_the_same_request_counts_once(shop):
    first = shop.call("SELL_CAR", stock_id=101, request="one")
    again = shop.call("SELL_CAR", 2, stock_id=101, request="one")
    assert again.revision[0].number == first.revision[0].number
    assert len(shop.call("GET_HISTORY").revisions) == 1


def test_what_no_car_has_is_said_and_nothing_changes(shop):
    done = shop.edit(101, price="gratis", year="1492", colour="a\tb", wheels="4")
    assert not done.revision
    assert {(p.column, p.reason.split()[-1]) for p in done.problems} >= {("wheels", "column")}
    assert [p.column for p in done.problems] == ["price", "year", "colour", "wheels"]
    lacking = shop.edit(0, stock_id="7", make="--", model="X", year="2020", price="1")
    assert [p.column for p in lacking.problems] == ["make"]
    for stock_id, why in ((999, "not_found"), (101, "invalid.*different")):
        with pytest.raises(most.WireError, match=why):
            shop.edit(stock_id, km="10")
    with pytest.raises(most.WireError, match="invalid.*stock id"):
        shop.edit(101, **{"stock": "5"})
    with pytest.raises(most.WireError, match="conflict"):
        shop.edit(0, stock_id="101", make="A", model="B", year="2020", price="1")
    assert not shop.call("GET_HISTORY").revisions


@pytest.mark.parametrize("text", ["'; DROP TABLE cars; --", '" OR 1=1 --', "=cmd|' /C calc'!A1",
                                  "../../etc/passwd", "%s%n", "<script>alert(1)</script>"])
def test_a_text_is_a_text(shop, text):
    fields = {"make": text, "model": text, "version": text, "colour": text, "city": text}
    shop.edit(101, **fields)
    car = both(shop, lambda replica: shop.car(101, replica))
    assert {getattr(car, name) for name in fields} == {text}
    with pytest.raises(most.WireError, match="conflict"):
        shop.edit(102, seen=text[:32], km="21")
    sample = shop.upload([f'101,10,100000,"{text.replace(chr(34), chr(34) * 2)}",B,2020,V,"x"'],
                         name=text)
    done = shop.upload([f'101,10,100000,"{text.replace(chr(34), chr(34) * 2)}",B,2020,V,"x"'],
                       name=text, digest=sample.digest)
    assert done.revision[0].name == text
    assert both(shop, shop.offered) == [101]
    assert shop.files() <= {"catalog.db", "edits.db", "edits.db-wal", "edits.db-shm"} | {
        name for name in shop.files() if name.startswith("before-")}


def test_edits_outlive_restarts_and_imports(shop):
    shop.edit(101, price="90000")
    shop.call("SELL_CAR", stock_id=102, by="ana")
    shop.edit(0, stock_id="500", make="Dacia", model="Duster", year="2023", km="0", price="1")
    shop.kill("catalog")
    shop.start("catalog")
    assert both(shop, shop.offered) == [101, 103, 500]
    # the file knows nothing of that: another price, more kilometres, the sold car again, one gone
    shop.import_csv(shop.write("new.csv", ["101,15,110000,Nissan,Versa,2020,Sense,Blanco",
                                           "102,20,150000,Nissan,March,2021,Active,Azul",
                                           "104,1,400000,Seat,Ibiza,2024,FR,Negro"]))
    for replica in (1, 2):
        assert most.eventually(lambda: shop.offered(replica) == [101, 104, 500])
    car = both(shop, lambda replica: shop.car(101, replica))
    assert (car.price, car.km, car.colour) == (9000000, 15, "Blanco")
    assert shop.call("GET_CAR", stock_id=102).sold
    shop.call("UNDO", number=1)
    assert both(shop, lambda replica: shop.car(101, replica)).price == 11000000


def test_a_file_is_looked_at_before_it_is_taken(shop):
    shop.edit(103, colour="Plata")
    shop.call("SELL_CAR", stock_id=102)
    cars = ["101,10,120000,Nissan,Versa,2020,Sense,Rojo", "102,20,1,Nissan,March,2021,Active,Azul",
            "103,30,300000,Mazda,Mazda 3,2022,i Sport,Gris", "=1+1,1,1,A,B,2020,,",
            "105,1,500000,Kia,Rio,2024,EX,Blanco"]
    bad = shop.upload(cars + ["106,x,1,Kia,Rio,1800,,", "105,1,1,Kia,Rio,2024,,"])
    assert not bad.digest and not bad.samples and (bad.added, bad.changed, bad.removed) == (0, 0, 0)
    assert [(line.line, line.column) for line in bad.lines] == [
        (5, "stock_id"), (7, "km"), (7, "year"), (8, "stock_id")] and bad.problems == 4
    del cars[3]
    seen = shop.upload(cars, name="lunes.csv")
    assert (seen.cars, seen.added, seen.changed, seen.removed, seen.kept) == (4, 1, 1, 0, 2)
    assert not seen.revision
    assert {(bool(s.before), bool(s.after), (s.after or s.before)[0].stock_id)
            for s in seen.samples} == {(False, True, 105), (True, True, 101)}
    assert both(shop, shop.offered) == [101, 103], "looking changes nothing"
    with pytest.raises(most.WireError, match="conflict"):
        shop.upload(cars[:-1], digest=seen.digest)
    done = shop.upload(cars, digest=seen.digest, name="lunes.csv", replica=2)
    revision = done.revision[0]
    assert (revision.kind, revision.name, revision.by, revision.added) == (
        "import", "lunes.csv", "olga", 1)
    assert both(shop, shop.offered) == [101, 103, 105]
    assert both(shop, lambda replica: shop.car(103, replica)).colour == "Plata"
    with pytest.raises(most.WireError, match="conflict"):
        shop.upload(cars, digest=seen.digest)
    with pytest.raises(most.WireError, match="denied"):
        shop.call("UNDO", number=revision.number)
    shop.call("UNDO", 2, number=revision.number, owner=True)
    assert both(shop, shop.offered) == [101, 103]
    assert both(shop, lambda replica: shop.car(101, replica)).price == 10000000
    newest = shop.call("GET_HISTORY").revisions[0]
    shop.call("UNDO", number=newest.number, owner=True)
    assert both(shop, shop.offered) == [101, 103, 105]


def test_what_somebody_else_changed_meanwhile_makes_a_file_be_looked_at_again(shop):
    seen = shop.upload(CARS[:2])
    assert seen.removed == 1
    shop.edit(103, price="5")
    with pytest.raises(most.WireError, match="conflict.*look again"):
        shop.upload(CARS[:2], digest=seen.digest)
    assert both(shop, shop.offered) == [101, 102, 103]


def test_only_so_many_files_of_before_are_kept(shop):
    for n in range(8):
        cars = [*CARS, f"9{n},1,1,Kia,Rio,2020,,"]
        shop.upload(cars, digest=shop.upload(cars).digest)
    assert len([name for name in shop.files() if name.startswith("before-")]) == 5
    with pytest.raises(most.WireError, match="conflict"):
        shop.call("UNDO", number=1, owner=True)
    shop.call("UNDO", number=8, owner=True)
    assert 96 in both(shop, shop.offered) and 97 not in shop.offered()


def test_a_replica_that_starts_serves_what_was_changed(shop):
    shop.kill("catalog-2")
    shop.call("SELL_CAR", stock_id=101)  # answered: who is dead is not waited for
    shop.start("catalog-2")
    assert both(shop, shop.offered) == [102, 103]


def test_who_does_not_take_it_is_waited_for_and_then_counted(shop):
    shop.freeze("catalog-2")
    shop.call("SELL_CAR", stock_id=101)
    assert shop.count("catalog", "mostrador_catalog_edits_slow_total") == 1
    shop.thaw("catalog-2")
    assert most.eventually(lambda: shop.offered(2) == [102, 103])


def test_a_damaged_copy_is_made_anew_with_what_was_changed(shop):
    shop.call("SELL_CAR", stock_id=101)
    shop.edit(102, price="7")
    shop.kill("catalog")
    shop.kill("catalog-2")
    for copy in (shop.dir / "catalog").glob("copy-*/*.db"):
        copy.write_bytes(b"no catalog at all")
    shop.start("catalog", "catalog-2")
    assert both(shop, shop.offered) == [102, 103]
    assert both(shop, lambda replica: shop.car(102, replica)).price == 700


def test_the_history_goes_back_page_by_page(shop):
    for n in range(7):
        shop.edit(101 + n % 2, km=str(1000 + n))
    page = shop.call("GET_HISTORY", limit=3)
    assert [entry.number for entry in page.revisions] == [7, 6, 5] and page.more
    page = shop.call("GET_HISTORY", limit=10, before=5)
    assert [entry.number for entry in page.revisions] == [4, 3, 2, 1] and not page.more
    assert [entry.number for entry in shop.call("GET_HISTORY", stock_id=101).revisions] == [7, 5, 3, 1]
    with pytest.raises(most.WireError, match="invalid"):
        shop.call("GET_HISTORY", limit=101)


def test_the_whole_sample_survives_being_copied():
    shop = Shop()
    shop.csv = SAMPLE
    try:
        shop.start()
        with open(SAMPLE, encoding="utf-8", newline="") as file:
            first = int(next(csv.DictReader(file))["stock_id"])
        shop.call("SELL_CAR", stock_id=first)
        assert both(shop, lambda replica: shop.call(
            "PAGE", replica, query=[{}]).list[0].total) == 599
    finally:
        shop.stop()
