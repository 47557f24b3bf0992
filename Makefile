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
export VAR ?= var

PACKAGES := libzmq libczmq libuv hiredis libcurl libcjson sqlite3 libcrypto
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lmsgpackc -lm -lpthread

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
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
LDFLAGS_ALL := $(filter -fsanitize=%,$(CFLAGS_$(V))) -Wl,-z,relro,-z,now $(LDFLAGS)

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

PROGRAMS := $(addprefix $(B)/bin/,catalog catalog-import sessions agent dispatcher describe)
MODULE := $(B)/bin/gateway.so
UNITS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,build/fuzz/tests/%,$(wildcard tests/fuzz/fuzz_*.c))
BENCHES := $(patsubst tests/bench/%.c,$(B)/tests/%,$(wildcard tests/bench/bench_*.c))
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
$(B)/bin/agent: $(B)/agent/main.o $(B)/libagent.a $(B)/libcommon.a
$(B)/bin/dispatcher: $(B)/gateway/dispatcher_main.o $(B)/libdispatcher.a $(B)/libcommon.a
$(B)/bin/describe: $(B)/proto/describe/main.o $(B)/libcommon.a
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

units: $(UNITS)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
