# Mostrador. `make help` lists what there is.
#
# A folder is a process: its *.c become one program, all but main*.c also an archive that the unit
# tests link. V picks a variant (release, asan, ubsan, tsan, fuzz), each in build/$(V).

V ?= release
B := build/$(V)
ifeq ($(origin CC),default)
CC := gcc
endif
PYTHON := /usr/bin/python3

PACKAGES := libzmq libczmq libuv hiredis libcurl libcjson sqlite3 libcrypto libsodium libpq
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lmsgpackc -lm -lpthread

WARN := -Wall -Wextra -Wformat-security -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
	-Wno-sign-conversion -Wpointer-arith -Wwrite-strings -Werror
CFLAGS_release := -O2 -g
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_ubsan := -O1 -g -fsanitize=undefined -fno-sanitize-recover=undefined
CFLAGS_tsan := -O1 -g -fsanitize=thread
CFLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
ifneq ($(V),release)
SANITIZED := -DMOSTRADOR_SANITIZED
endif
ifeq ($(V),fuzz)
CC := clang
endif
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
CFLAGS_ALL := -std=gnu11 -D_GNU_SOURCE -I. $(PKG_CFLAGS) $(WARN) -fPIC -fstack-protector-strong \
	$(CFLAGS_$(V)) $(SANITIZED) $(CFLAGS)
ifeq ($(V),release)
CFLAGS_ALL += -D_FORTIFY_SOURCE=2
endif
LDFLAGS_ALL := $(filter -fsanitize=%,$(CFLAGS_$(V))) -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)

# Kore's headers want the switches Debian's package was built with: without them struct
# http_request has another size.
KORE_CFLAGS := -DKORE_USE_PGSQL -DKORE_USE_TASKS -isystem /usr/include/postgresql

# ---- what is built ----
objects = $(patsubst %.c,$(B)/%.o,$(1))

COMMON := $(call objects,$(wildcard common/*.c proto/*.c))
CATALOG := $(call objects,$(filter-out catalog/main%.c,$(wildcard catalog/*.c)))
SESSIONS := $(call objects,$(filter-out sessions/main%.c,$(wildcard sessions/*.c)))
AGENT := $(call objects,$(filter-out agent/main%.c,$(wildcard agent/*.c)))
DISPATCHER := $(call objects,$(filter-out gateway/dispatcher_main.c,$(wildcard gateway/dispatcher*.c)))
# gateway/kore_*.c know Kore and go into the module only; the rest is pure
GATEWAY := $(call objects,$(filter-out gateway/kore_%.c gateway/dispatcher%.c,$(wildcard gateway/*.c)))
KORE := $(call objects,$(wildcard gateway/kore_*.c))

PROGRAMS := $(addprefix $(B)/bin/,catalog catalog-import sessions console-user agent dispatcher describe keys ping)
MODULE := $(B)/bin/gateway.so
UNITS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
ifeq ($(V),tsan)
# pure code has no races to look for
UNITS := $(filter $(addprefix $(B)/tests/test_,common common_rpc common_curve console model_openai model_http2 twilio \
	agent_turn dispatcher),$(UNITS))
endif
FUZZERS := $(patsubst tests/fuzz/%.c,build/fuzz/tests/%,$(wildcard tests/fuzz/fuzz_*.c))
BENCHES := $(patsubst tests/bench/%.c,$(B)/tests/%,$(wildcard tests/bench/bench_*.c))
SIM := $(call objects,$(wildcard tests/bench/sim/*.c))
LOAD := $(call objects,$(wildcard tests/bench/load/*.c))
ARCHIVES := $(addprefix $(B)/lib,agent.a catalog.a sessions.a dispatcher.a gateway.a common.a)

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: build help
build: $(PROGRAMS) $(MODULE) ## compile everything

$(B)/libcommon.a: $(COMMON)
$(B)/libcatalog.a: $(CATALOG)
$(B)/libsessions.a: $(SESSIONS)
$(B)/libagent.a: $(AGENT)
$(B)/libdispatcher.a: $(DISPATCHER)
$(B)/libgateway.a: $(GATEWAY)
$(B)/lib%.a:
	@rm -f $@ && ar rcs $@ $^

$(B)/bin/catalog: $(B)/catalog/main.o $(B)/libcatalog.a $(B)/libcommon.a
$(B)/bin/catalog-import: $(B)/catalog/main_import.o $(B)/libcatalog.a $(B)/libcommon.a
$(B)/bin/sessions: $(B)/sessions/main.o $(B)/libsessions.a $(B)/libcommon.a
$(B)/bin/console-user: $(B)/sessions/main_user.o $(B)/libsessions.a $(B)/libcommon.a
$(B)/bin/agent: $(B)/agent/main.o $(B)/libagent.a $(B)/libcommon.a
$(B)/bin/dispatcher: $(B)/gateway/dispatcher_main.o $(B)/libdispatcher.a $(B)/libcommon.a
$(B)/bin/describe: $(B)/proto/describe/main.o $(B)/libcommon.a
$(B)/bin/keys: $(B)/common/keys/main.o $(B)/libcommon.a
$(B)/bin/ping: $(B)/common/ping/main.o $(B)/libcommon.a
$(PROGRAMS):
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) -o $@ $^ $(LDFLAGS_ALL) $(PKG_LIBS)

$(MODULE): $(KORE) $(B)/libgateway.a $(B)/libcommon.a
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) -shared -Wl,-z,nodelete -o $@ $^ $(LDFLAGS_ALL) $(PKG_LIBS)

$(KORE): CFLAGS_ALL += $(KORE_CFLAGS)
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC $@'
	@$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# rebuilt when the flags change
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS_ALL)' | cmp -s - $@ || echo '$(CC) $(CFLAGS_ALL)' > $@
FORCE:

$(B)/tests/test_%: $(B)/tests/unit/test_%.o $(ARCHIVES)
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) -o $@ $< -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LDFLAGS_ALL) $(PKG_LIBS) -lcmocka
$(B)/tests/bench_%: $(B)/tests/bench/bench_%.o $(ARCHIVES)
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) -o $@ $< -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LDFLAGS_ALL) $(PKG_LIBS)
$(B)/tests/model-sim: $(SIM)
$(B)/tests/http-load: $(LOAD)
$(B)/tests/model-sim $(B)/tests/http-load: $(ARCHIVES)
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) -o $@ $(filter %.o,$^) -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LDFLAGS_ALL) $(PKG_LIBS)

# what is embedded by .incbin
$(B)/sessions/scripts.o: $(wildcard sessions/*.lua)
$(B)/gateway/kore_page.o: gateway/openapi.json $(wildcard gateway/page/* gateway/console/*)

-include $(shell find $(B) -name '*.d' 2>/dev/null)

# ---- packages ----
DEPS_BUILD := gcc libc6-dev make pkg-config kore libzmq3-dev libczmq-dev libmsgpack-dev libhiredis-dev libuv1-dev \
	libcurl4-openssl-dev libcjson-dev libsqlite3-dev libpq-dev libssl-dev libsodium-dev
DEPS := $(DEPS_BUILD) git redis-server util-linux tzdata
DEPS_CHECK := libcmocka-dev procps python3 python3-pytest python3-pytest-xdist python3-zmq python3-msgpack \
	python3-aiohttp python3-h2 python3-redis python3-selenium python3-yaml chromium chromium-driver postgresql \
	curl ca-certificates
DEPS_COMPOSE := docker.io docker-compose debootstrap iptables iproute2
DEPS_LINT := clang libclang-rt-14-dev llvm clang-tidy clang-format cppcheck shellcheck

.PHONY: deps deps-build deps-check deps-lint deps-compose
deps-build:
	@.ci/packages $(DEPS_BUILD)
deps: ## install what is missing to build and run (apt, with sudo when not root)
	@.ci/packages $(DEPS)
deps-check: deps ## and what the tests need
	@.ci/packages $(DEPS_CHECK)
deps-lint: deps-check ## and what fuzzing and linting need
	@.ci/packages $(DEPS_LINT)

deps-compose: deps-check
	@.ci/packages $(DEPS_COMPOSE)

# A make of its own where packages may have just been installed: this one looked for them before.
# ---- use ----
.PHONY: run import keys console-user
run: deps ## build and start everything: make run PORT=8000 VAR=var
	@$(MAKE) --no-print-directory -j2 build
	@exec common/run
keys: deps ## keys for processes that talk over a network: make keys KEYS=keys
	@$(MAKE) --no-print-directory -j2 build
	@$(B)/bin/keys '$(or $(KEYS),keys)'
console-user: deps ## who may sign in to the console: make console-user NAME=ana ROLE=owner
	@$(if $(NAME),,echo 'usage: make console-user NAME=ana ROLE=owner|seller|viewer [VAR=var]' >&2; exit 2)
	@$(MAKE) --no-print-directory -j2 build
	@$(B)/bin/console-user '$(NAME)' '$(ROLE)'
import: deps ## load a catalog, also into a running instance: make import CSV=cars.csv VAR=var
	@$(if $(CSV),,echo 'usage: make import CSV=cars.csv [VAR=var]' >&2; exit 2)
	@$(MAKE) --no-print-directory -j2 build
	@$(B)/bin/catalog-import '$(CSV)'

.PHONY: demo-whatsapp soak chaos
demo-whatsapp: deps-check ## conversations on WhatsApp with a simulator in Twilio's place, no account needed
	@$(MAKE) --no-print-directory -j2 build
	@V=$(V) $(PYTHON) tests/demo_whatsapp.py
soak: deps-check ## 10,000 messages while everything fails and dies: make soak SOAK='--seed 2 --messages 5000'
	@$(MAKE) --no-print-directory -j2 build
	@V=$(V) $(PYTHON) tests/soak.py $(SOAK)
chaos: deps-check ## every fault we could think of, and what came of it: make chaos CHAOS='--seed 2 --only cut'
	@$(MAKE) --no-print-directory -j2 build
	@V=$(V) $(PYTHON) tests/chaos.py $(CHAOS)

.PHONY: eval record
EVAL = $(if $(RUNS),--runs '$(RUNS)') $(if $(ONLY),--only '$(ONLY)') $(if $(CASES),--cases '$(CASES)') \
	$(if $(BASE),--base '$(BASE)') $(if $(CAND),--cand '$(CAND)')
eval: deps-check ## the regression plan: make eval RUNS=3, ONLY=financing, BASE=v1 CAND=v2, OPENAI_API_KEY=…
	@$(MAKE) --no-print-directory -j2 build
	@V=$(V) $(PYTHON) tests/eval.py $(EVAL)
record: deps-check ## real conversations as cases for eval: make record RECORD_CONSENT=on USERS='ana luis'
	@$(PYTHON) tests/eval_record.py $(USERS)

# ---- tests ----
.PHONY: check check-compose check-growth check-swarm units check-units check-python asan ubsan tsan fuzz fuzzers lint format docs docs-check
check: deps-check ## all tests
	@$(MAKE) --no-print-directory -j2 build units
	@$(MAKE) --no-print-directory docs-check check-units check-python
units: $(UNITS) $(B)/tests/model-sim $(B)/tests/http-load $(B)/tests/bench_sessions
# Leaks, undefined behaviour and races end a test; libzmq's own threads are not ours to judge.
check-units: export TSAN_OPTIONS := suppressions=tests/tsan.supp
check-units: build units
	@for t in $(UNITS); do echo "$$t"; $$t >$(B)/unit.log 2>&1 || { cat $(B)/unit.log; exit 1; }; done
	@echo "$(words $(UNITS)) unit test programs passed"
# What looks for barriers in pages: used by tests, never served. Whoever it comes from, it is what was
# looked at here: its sum says so, so no certificate has to.
AXE := axe-core-4.14.1
AXE_SHA256 := e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
build/axe.min.js:
	@mkdir -p build
	@curl -fsSLk --retry 5 --retry-all-errors -o $@.tgz https://registry.npmjs.org/axe-core/-/$(AXE).tgz
	@echo "$(AXE_SHA256)  $@.tgz" | sha256sum --check --quiet
	@tar xzOf $@.tgz package/axe.min.js >$@.new && mv $@.new $@
# Most of a test is waiting for a process to do something, so several run at once.
JOBS ?= 6
check-python: build build/axe.min.js $(B)/tests/model-sim $(B)/tests/http-load $(B)/tests/bench_sessions
	@V=$(V) $(PYTHON) -m pytest -q -n $(JOBS) --maxfail=1 -p no:cacheprovider $(PYTEST) tests

# What adds nothing under a sanitizer is left out: the browser, the regression plan, whose seller the
# unit tests drive through far more, what tries Redis' scripts rather than ours, and what preloads
# a library of its own (chaos, drain, backpressure). Kore itself is not
# instrumented, and its start and stop do not survive ThreadSanitizer's runtime: there the gateway's
# own tests are left to the others, and so are those that say much to processes of one thread.
LEFT_OUT_asan := webhook_gone sessions_clock page console console_page console_numbers console_stepin texts_page widget eval compose_file soak chaos drain backpressure sessions_random bench model_sim
LEFT_OUT_ubsan := $(LEFT_OUT_asan)
LEFT_OUT_tsan := $(LEFT_OUT_asan) attacks catalog_shop texts leads leads_seller offer conversations gateway gateway_http run lies ground memory seller sessions_survey survey \
	budget turn_log breaker people redis_cluster redis_sentinel twilio_sim whatsapp webhook
asan ubsan tsan: deps-check ## the tests under a sanitizer
	@$(MAKE) --no-print-directory -j2 V=$@ build units
	@$(MAKE) --no-print-directory V=$@ PYTEST='$(LEFT_OUT_$@:%=--ignore=tests/test_%.py) $(PYTEST)' check-units check-python

check-compose: deps-compose ## the compose file on a real engine: built, scaled, killed, upgraded (root)
	@$(PYTHON) tests/check_compose.py $(COMPOSE)
check-growth: deps-check ## four agents do nearly four times what one does, if the machine is quiet
	@$(MAKE) --no-print-directory -j2 build $(B)/tests/model-sim $(B)/tests/http-load
	@V=$(V) $(PYTHON) tests/bench/growth.py
check-swarm: deps-compose ## the stack file on a swarm of one host: scaled, upgraded, rolled back (root)
	@$(PYTHON) tests/check_swarm.py

FUZZ_SECONDS ?= 10
fuzz: deps-lint ## every parser, FUZZ_SECONDS each
	@$(MAKE) --no-print-directory -j2 V=fuzz fuzzers
	@$(MAKE) --no-print-directory -j14 --output-sync V=fuzz $(addsuffix .run,$(FUZZERS))
fuzzers: $(FUZZERS)
build/fuzz/tests/fuzz_%: build/fuzz/tests/fuzz/fuzz_%.o $(ARCHIVES)
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) -o $@ $< -fsanitize=fuzzer -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LDFLAGS_ALL) $(PKG_LIBS)
build/fuzz/tests/fuzz_%.run: build/fuzz/tests/fuzz_%
	@mkdir -p build/fuzz/corpus/$* tests/fuzz/corpus/$*
	@echo "fuzz_$* for $(FUZZ_SECONDS) s"
	@$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
		-artifact_prefix=build/fuzz/ build/fuzz/corpus/$* tests/fuzz/corpus/$* >build/fuzz/$*.log 2>&1 \
		|| { tail -n 40 build/fuzz/$*.log; exit 1; }
	@grep -h '^Done' build/fuzz/$*.log

C_FILES = $(wildcard */*.c */*.h tests/*/*.c tests/bench/*/*.[ch] */*/main.c)
lint: deps-lint ## clang-tidy, cppcheck, shellcheck, formatting
	@clang-format --dry-run -Werror $(C_FILES)
	@shellcheck common/run gateway/run .ci/run .ci/packages deploy/roll deploy/images/gather deploy/images/install \
		deploy/images/redis_commands \
		deploy/images/*/start deploy/images/*/health
	@cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,portability \
		--suppress=missingIncludeSystem --library=posix -j2 -I. $(filter-out gateway/kore_%,$(filter %.c,$(C_FILES)))
	@printf '%s\n' $(filter-out tests/%,$(filter %.c,$(C_FILES))) | xargs -P2 -I{} clang-tidy --quiet \
		--warnings-as-errors='*' {} -- -std=gnu11 -D_GNU_SOURCE -I. $(PKG_CFLAGS) $(KORE_CFLAGS) 2>/dev/null
format: ## format every C file
	@clang-format -i $(C_FILES)

docs: build ## write .env.example, proto/MESSAGES.md and README's settings from their tables
	@$(B)/bin/describe settings >.env.example
	@$(B)/bin/describe markdown >proto/MESSAGES.md
	@$(B)/bin/describe table >$(B)/settings.md
	@sed -i -e '/^<!-- settings -->/,/^<!-- \/settings -->/{//!d}' -e '/^<!-- settings -->/r $(B)/settings.md' README.md
docs-check: build
	@$(B)/bin/describe settings | cmp - .env.example && $(B)/bin/describe markdown | cmp - proto/MESSAGES.md \
		&& sed -n '/^<!-- settings -->/,/^<!-- \/settings -->/{//!p}' README.md >$(B)/settings.md \
		&& $(B)/bin/describe table | cmp - $(B)/settings.md || { echo 'stale: run make docs'; exit 1; }

.PHONY: bench bench-compare bench-readme bench-parts clean
BENCH = $(if $(ONLY),--only '$(ONLY)') $(if $(SECONDS),--seconds '$(SECONDS)') $(if $(REPEATS),--repeats '$(REPEATS)') \
	$(if $(OPEN),--sessions '$(OPEN)')
BENCH_PARTS := $(BENCHES) $(B)/tests/model-sim $(B)/tests/http-load
bench: deps-check ## how fast it is, and the machine at best: make bench ONLY=W1,W5 SECONDS=5 REPEATS=3
	@$(MAKE) --no-print-directory -j2 build bench-parts
	@V=$(V) $(PYTHON) tests/bench/bench.py $(BENCH)
bench-compare: ## two runs of it side by side: make bench-compare A=build/bench/….json B=build/bench/….json
	@$(if $(and $(A),$(filter command,$(origin B))),,echo 'usage: make bench-compare A=FILE.json B=FILE.json' >&2; exit 2)
	@$(PYTHON) tests/bench/bench.py --compare '$(A)' '$(B)'
bench-readme: ## the README's lines about a run of it: make bench-readme A=build/bench/….json
	@$(if $(A),,echo 'usage: make bench-readme A=FILE.json' >&2; exit 2)
	@$(PYTHON) tests/bench/bench.py --readme '$(A)'
bench-parts: $(BENCH_PARTS)
clean: ## remove what was built (not VAR)
	rm -rf build
help: ## this list
	@grep -hE '^[a-z -]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 22
