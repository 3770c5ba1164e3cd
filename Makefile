# What a person types. Each target does its own set-up; `npm` and Node are asked for where they are missing.
.PHONY: up verify down test chaos bench bench-footprint bench-fleet soak setup

# Node 24 comes from the npm package `node`; the machine's own only has to run npm.
export PATH := $(CURDIR)/node_modules/node/bin:$(CURDIR)/node_modules/.bin:$(PATH)

up: setup
	@tsx lab/main.ts up

verify: setup
	@tsx lab/main.ts verify $(ARGS)

down: setup
	@tsx lab/main.ts down

test: setup
	@tsx lab/main.ts test

chaos: setup
	@tsx lab/main.ts chaos $(ARGS)

bench: setup
	@node bench/main.ts compare $(ARGS)

bench-footprint: setup
	@node bench/main.ts footprint $(ARGS)

bench-fleet: setup
	@node bench/main.ts fleet $(ARGS)

soak: setup
	@node bench/main.ts soak $(ARGS)

setup: node_modules/.package-lock.json

node_modules/.package-lock.json: package.json package-lock.json
	@lab/bootstrap
