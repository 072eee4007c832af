// What the shared library shows of itself (docs/packaging.md). All else in it is hidden.
#pragma once

#define FRESHET_EXPORT __attribute__((visibility("default")))
