"""The layers, as data: which files may include what.

A rule is (files, verb, includes, why). `files` is a regular expression that a file's path must match
in full; `includes` is a list of regular expressions, of which an include must match one in full.
"{1}" in them stands for the first group of `files`. Verbs:
  only   every include of such a file is one of these
  never  no include of such a file is one of these
  home   these may be included by such files alone
"""

STANDARD = [
    # Of C++: no folder and no suffix. Of C: the headers of ISO C.
    r"[a-z_0-9]+",
    r"(assert|ctype|errno|float|inttypes|limits|math|stdarg|stddef|stdint|stdio|stdlib|string|time)\.h",
]
TESTING = [r"g(test|mock)/.*", r"rapidcheck(/.*|\.h)"]
GRPC = [r"grpc/.*", r"grpcpp/.*", r".*\.grpc\.pb\.h"]
ROCKSDB = [r"rocksdb/.*"]
PURE_LIBRARIES = [
    r"common/(base|decimal|period|hierarchy|expression|spc|cells|csv|digest|status)/.*",
]
ENGINE = [
    r"common/storage/(backup_content|database|engine_options|engine_status|fault_file_system|folder|schema_record|space_watch|table_files|testing_store)\.h",
]
# What brings transport with it, though its name does not say so.
TRANSPORT = [r"common/rpc/(admission|caller_identity|guard|mutation_gate|server|stream_bound)\.h"]
ROOMS = r"services/ingestion/app/requests/"

RULES = [
    (r"services/([^/]+)/domain/(?!.*_test\.cc$)(?!testing/).*", "only",
     STANDARD + [r"absl/.*"] + PURE_LIBRARIES + [r"services/{1}/domain/.*"],
     "domain is pure: the standard library, Abseil, the pure libraries of common/"),
    (r"services/([^/]+)/domain/(.*_test\.cc|testing/.*)", "only",
     STANDARD + TESTING + [r"absl/.*", r"services/{1}/domain/.*", r"tests/property/.*"]
     + PURE_LIBRARIES,
     "tests of domain need no more than domain does"),
    (r"services/([^/]+)/definitions/.*", "never",
     GRPC + ROCKSDB + TRANSPORT + [r"common/(storage|commit|rpc|feed)/.*", r"services/{1}/(store|app|rpc)/.*"],
     "definitions become domain objects without a store: the client reads them too"),
    (r"tools/onereturn/.*", "never", [r"services/(?!ingestion/(domain|definitions)/).*"],
     "the client judges files as the service does, and shares nothing else with it"),
    (r"services/([^/]+)/store/.*", "never", GRPC + [r"common/(rpc|feed)/(?!position\.h).*",
                                                   r"services/{1}/(app|rpc|consumers)/.*"],
     "store knows keys and tables; calls and use cases lie above it"),
    (r"services/([^/]+)/app/.*", "never", GRPC + [r"services/{1}/rpc/.*"],
     "app knows no transport; rpc lies above it"),
    (r"services/[^/]+/app/.*", "never", TRANSPORT,
     "app knows no transport; rpc lies above it"),
    (r"services/([^/]+)/(rpc|app|consumers|main\.cc).*", "never", ROCKSDB + ENGINE,
     "the storage engine stays inside common/storage"),
    (r"services/([^/]+)/.*", "never", [r"services/(?!{1}/).*"],
     "a service reads another only through its API"),
    (r"services/.*", "never", [r"tools/.*"], "services know no tools"),
    (r"tools/auditor/.*", "only",
     STANDARD + [r"(fcntl|unistd|sys/file)\.h", r"absl/.*", r"google/.*", r"openssl/.*", r"CLI/CLI\.hpp",
                 r"onereturn/.*\.pb\.h", r"tools/auditor/.*", r"grpc(pp)?/.*", r"g(test|mock)/.*"],
     "the auditor shares nothing with what it audits but the published protos"),
    (r"tools/auditor/(?!(channel\.h|(channel|service|main)\.cc)$).*", "never", GRPC,
     "calls of the auditor are made in one place"),
    (r"(common|services|tools/onereturn)/.*", "never", [r"tools/auditor/.*"],
     "the auditor shares nothing with what it audits but the published protos"),
    (r"common/.*", "never", [r"services/.*", r"tools/.*", r"tests/.*"],
     "common is below everything"),
    (r"services/ingestion/app/requests/[^/]+", "never", [ROOMS + r"(matching|obligations|hours|register|answers|issue)/.*"],
     "what the rooms of requests share rests on none of them"),
    (ROOMS + r"matching/(?!.*_test\.cc).*", "never", [ROOMS + r"(obligations|hours|register|answers|issue)/.*"],
     "matching is the lowest room of requests"),
    (ROOMS + r"obligations/(?!.*_test\.cc).*", "never", [ROOMS + r"(hours|register|answers|issue)/.*"],
     "obligations rest on matching alone"),
    (ROOMS + r"hours/(?!.*_test\.cc).*", "never", [ROOMS + r"(register|answers|issue)/.*"],
     "hours rest on matching and obligations"),
    (ROOMS + r"register/(?!.*_test\.cc).*", "never", [ROOMS + r"(answers|issue)/.*"],
     "the register does not issue or answer"),
    (ROOMS + r"answers/(?!.*_test\.cc).*", "never", [ROOMS + r"issue/.*"],
     "answers are of what was issued"),
    (r"common/storage/.*", "home", ROCKSDB, "the storage engine has one home"),
    (r"common/storage/.*", "home", ENGINE, "private to common/storage"),
    (r"common/commit/.*", "home", [r"common/commit/commit_group\.h"], "private to common/commit"),
    (r"common/authority/.*", "home",
     [r"common/authority/(openssl_objects|certificate_builder)\.h"], "private to common/authority"),
    (r"(common/(rpc|feed|service)|services/[^/]+/(rpc|consumers)|tools|tests)/.*|services/[^/]+/main\.cc",
     "home", GRPC, "gRPC stays at the edges"),
    (r".*(_test|/main)\.cc|.*/testing/.*|.*/testing_[^/]*|.*_fuzz\.cc|(tests|tools)/.*", "home",
     TESTING + [r".*/testing/.*", r".*/testing_[^/]*"], "what is for tests is used by tests alone"),
]

# The libraries of common/, lowest first, are the list of this file's foreach: one may use itself
# and those before it.
LIBRARY_ORDER_FILE = "common/CMakeLists.txt"
