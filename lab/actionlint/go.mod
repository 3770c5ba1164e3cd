// What checks the workflows in .github; lab/programs.ts builds it.
module lab/actionlint

go 1.25.0

tool github.com/rhysd/actionlint/cmd/actionlint

require github.com/rhysd/actionlint v1.7.12
