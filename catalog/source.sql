-- The shop's cars in PostgreSQL (14 or newer), as the source of truth of every catalog replica.
-- catalog-import makes this by itself where it is missing; to do it by hand, as the owner:
--
--     psql postgres://shop@db.example/shop -1 -f catalog/source.sql
--
-- Write to mostrador.cars with whatever you like: triggers note what changed and wake the replicas.
-- It may be run again at any time. Replicas only read; a role of their own needs no more than
--
--     GRANT USAGE ON SCHEMA mostrador TO catalog;
--     GRANT SELECT ON ALL TABLES IN SCHEMA mostrador TO catalog;

SELECT pg_advisory_xact_lock(5580, 1); -- two at once would trip over each other

CREATE SCHEMA IF NOT EXISTS mostrador;

-- The columns of the CSV, with what its import would refuse refused here too. What these
-- constraints let through and a catalog still cannot take is left out there, and logged.
CREATE TABLE IF NOT EXISTS mostrador.cars (
    stock_id     bigint PRIMARY KEY CHECK (stock_id BETWEEN 1 AND 9007199254740991),
    make         text NOT NULL CHECK (octet_length(make) <= 64 AND make !~ '^[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]*$'),
    model        text NOT NULL CHECK (octet_length(model) <= 64 AND model !~ '^[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]*$'),
    year         integer NOT NULL CHECK (year BETWEEN 1900 AND 2100),
    price        numeric(15,2) NOT NULL CHECK (price > 0 AND price <= 1000000000000),
    km           integer NOT NULL CHECK (km BETWEEN 0 AND 9999999),
    version      text NOT NULL DEFAULT '' CHECK (octet_length(version) <= 256),
    bluetooth    boolean NOT NULL DEFAULT false,
    largo        integer NOT NULL DEFAULT 0 CHECK (largo BETWEEN 0 AND 30000),
    ancho        integer NOT NULL DEFAULT 0 CHECK (ancho BETWEEN 0 AND 30000),
    altura       integer NOT NULL DEFAULT 0 CHECK (altura BETWEEN 0 AND 30000),
    car_play     boolean NOT NULL DEFAULT false,
    body         text NOT NULL DEFAULT '' CHECK (octet_length(body) <= 64),
    fuel         text NOT NULL DEFAULT '' CHECK (octet_length(fuel) <= 64),
    transmission text NOT NULL DEFAULT '' CHECK (octet_length(transmission) <= 64),
    colour       text NOT NULL DEFAULT '' CHECK (octet_length(colour) <= 64),
    city         text NOT NULL DEFAULT '' CHECK (octet_length(city) <= 64),
    photo_url    text NOT NULL DEFAULT '' CHECK (octet_length(photo_url) <= 512
                                                 AND (photo_url = '' OR photo_url ~ '^https?://.')),
    CONSTRAINT cars_no_control_characters CHECK (
        make || model || version || body || fuel || transmission || colour || city || photo_url
            !~ '[\x01-\x1f\x7f]')
);

-- Which transaction changed a car last, one row a car; 0 stands for all of them at once. A replica
-- remembers the snapshot it has read, and reads what that snapshot did not see: so nothing is
-- missed, in whatever order transactions end.
CREATE TABLE IF NOT EXISTS mostrador.changes (
    stock_id bigint PRIMARY KEY,
    xid      xid8 NOT NULL,
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS changes_xid ON mostrador.changes (xid);

-- One row. forgotten: changes up to this transaction may have been deleted.
CREATE TABLE IF NOT EXISTS mostrador.source (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    layout    integer NOT NULL,
    id        uuid NOT NULL DEFAULT gen_random_uuid(),
    forgotten xid8 NOT NULL DEFAULT '0'
);
INSERT INTO mostrador.source (layout) VALUES (1) ON CONFLICT DO NOTHING;

-- Past so many cars in one statement, replicas read everything anew: that is faster.
CREATE OR REPLACE FUNCTION mostrador.note_all() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, mostrador AS $$
    INSERT INTO mostrador.changes AS c (stock_id, xid) VALUES (0, pg_current_xact_id())
        ON CONFLICT (stock_id) DO UPDATE SET xid = excluded.xid, at = excluded.at;
    SELECT pg_notify('mostrador_cars', '');
$$;

CREATE OR REPLACE FUNCTION mostrador.note_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, mostrador AS $$
DECLARE
    many CONSTANT bigint := 100000;
    cars bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM mostrador.note_all();
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT count(*) INTO cars FROM old_rows;
    ELSE
        SELECT count(*) INTO cars FROM new_rows;
    END IF;
    IF cars > many THEN
        PERFORM mostrador.note_all();
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mostrador.changes (stock_id, xid)
            SELECT DISTINCT stock_id, pg_current_xact_id() FROM new_rows ORDER BY stock_id
            ON CONFLICT (stock_id) DO UPDATE SET xid = excluded.xid, at = excluded.at;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO mostrador.changes (stock_id, xid)
            SELECT DISTINCT stock_id, pg_current_xact_id() FROM old_rows ORDER BY stock_id
            ON CONFLICT (stock_id) DO UPDATE SET xid = excluded.xid, at = excluded.at;
    ELSE -- only what an UPDATE really changed
        INSERT INTO mostrador.changes (stock_id, xid)
            SELECT stock_id, pg_current_xact_id() FROM (
                (SELECT stock_id FROM (SELECT * FROM new_rows EXCEPT SELECT * FROM old_rows) n)
                UNION
                (SELECT stock_id FROM (SELECT * FROM old_rows EXCEPT SELECT * FROM new_rows) o)
            ) changed ORDER BY stock_id
            ON CONFLICT (stock_id) DO UPDATE SET xid = excluded.xid, at = excluded.at;
    END IF;
    IF FOUND THEN
        PERFORM pg_notify('mostrador_cars', '');
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER note_insert AFTER INSERT ON mostrador.cars
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mostrador.note_changes();
CREATE OR REPLACE TRIGGER note_update AFTER UPDATE ON mostrador.cars
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mostrador.note_changes();
CREATE OR REPLACE TRIGGER note_delete AFTER DELETE ON mostrador.cars
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mostrador.note_changes();
CREATE OR REPLACE TRIGGER note_truncate AFTER TRUNCATE ON mostrador.cars
    FOR EACH STATEMENT EXECUTE FUNCTION mostrador.note_changes();
-- also for what a logical subscription or a restore writes
ALTER TABLE mostrador.cars ENABLE ALWAYS TRIGGER note_insert;
ALTER TABLE mostrador.cars ENABLE ALWAYS TRIGGER note_update;
ALTER TABLE mostrador.cars ENABLE ALWAYS TRIGGER note_delete;
ALTER TABLE mostrador.cars ENABLE ALWAYS TRIGGER note_truncate;

-- Deletes what is noted of changes older than that; a replica that was away longer reads everything
-- anew. Every import does it.
CREATE OR REPLACE FUNCTION mostrador.forget_changes(older_than interval) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, mostrador AS $$
DECLARE
    newest xid8;
    rows bigint;
BEGIN
    WITH old AS (DELETE FROM mostrador.changes WHERE at < now() - older_than RETURNING xid)
        SELECT max(xid), count(*) INTO newest, rows FROM old;
    UPDATE mostrador.source SET forgotten = greatest(forgotten, newest) WHERE newest IS NOT NULL;
    RETURN rows;
END
$$;

REVOKE ALL ON FUNCTION mostrador.note_all(), mostrador.note_changes(),
    mostrador.forget_changes(interval) FROM PUBLIC;
