/** Lines as programs write them, `%s` where an address of either family stands. */
const around = [
  "%s",
  "from %s port 22",
  "client:%s, server",
  "inet6:%s",
  "peer=%s;",
  '{"ip":"%s"}',
  "[%s]",
  "(%s)",
  "%s/24 dev eth0",
  "10:12:33 connect %s failed",
];

const addresses = [
  ...["10.0.0.1", "192.168.178.255", "1.1.1.1", "255.255.255.255"],
  ...["::1", "fe80::1", "2001:db8::8a2e:370:7334", "2001:DB8:0:0:1:2:3:4"],
  ...["::ffff:10.0.0.1", "64:ff9b::192.0.2.33"],
];

const alone: [string, string][] = [
  ["host.10.0.0.1", "host.<ip-address>"],
  ["ip-10.0.0.1.internal", "ip-<ip-address>.internal"],
  ["from 192.168.1.20:443 to 10.0.0.255", "from <ip-address>:443 to <ip-address>"],
  ["1.1.1.1 8.8.8.8,9.9.9.9", "<ip-address> <ip-address>,<ip-address>"],
  ["fe80::1%eth0", "<ip-address>%eth0"],
  ["[2001:db8::1]:8080", "[<ip-address>]:8080"],
  ["route 2001:db8::/32", "route <ip-address>/32"],
  ["a::b is one, too", "<ip-address> is one, too"],
  ["sip:anna@10.0.0.1:5060", "sip:<email-address>:5060"],
  ["0.0.0.0:53 [::]:53 ::1#53", "<ip-address>:53 [::]:53 <ip-address>#53"],
  ["x-forwarded-for: 10.1.2.3, 10.1.2.4", "x-forwarded-for: <ip-address>, <ip-address>"],
  ["dial tcp [fe80::1%eth0]:443: i/o timeout", "dial tcp [<ip-address>%eth0]:443: i/o timeout"],
  ["arpa 1.0.0.10.in-addr.arpa", "arpa <ip-address>.in-addr.arpa"],
  ["10.0.0.1/32,fd00::2/128", "<ip-address>/32,<ip-address>/128"],
  ["PING 10.0.0.1 (10.0.0.1): 56 data bytes", "PING <ip-address> (<ip-address>): 56 data bytes"],
  ["https://10.0.0.1:8443/x?y=::1", "https://<ip-address>:8443/x?y=<ip-address>"],
  ["addr=fe80:: up", "addr=<ip-address> up"],
  ["to <jo.doe+x@mail.example.org>, b@c.de", "to <<email-address>>, <email-address>"],
  ["user=anna@example.co.uk ok", "user=<email-address> ok"],
  ['"mail":"a_b%c@x-y.example"', '"mail":"<email-address>"'],
  ["mailto:root@nas.lan", "mailto:<email-address>"],
  ["login anna@example.org from 10.0.0.1", "login <email-address> from <ip-address>"],
  ["Authorization: Bearer eyJhbGci.eyJz-_.sig==", "Authorization: Bearer <bearer-token>"],
  ['{"authorization":"bearer glc_abcdefgh"}', '{"authorization":"bearer <bearer-token>"}'],
  ["bearer=ghp_0123456789abcdef end", "bearer=<bearer-token> end"],
  ["BEARER  c2VjcmV0/c2VjcmV0+", "BEARER  <bearer-token>"],
  ["session=ab12cd; path=/", "session=<redacted>; path=/"],
];

/** Look-alikes, which stay as they are. */
const kept = [
  ...["2026-11-24T12:34:56.789Z", "12:34:56 up", "at:12:34:56", "took 00:00:01.5", "24/Nov/2026"],
  ...["v1.15.1", "256.300.1", "1.2.3", "version=2.50.0-rc.1", "alloy:v1.16.0", "node 24.21"],
  ...["mac 02:42:ac:11:00:02", "02-42-AC-11-00-02", "ether:02:42:ac:11:00:02", "aa:bb:cc"],
  ...["std::add and Foo::Bar, abc::parse", "alloc::fmt::format", "Class::method()", "::"],
  ...["sha256:1487d0af5f52b4ba31c7e465126ee212", "deadbeefdeadbeef", "id=0f3a:9c", "0x7ffd:0x10"],
  ...[
    "uuid 123e4567-e89b-12d3-a456-426614174000",
    "4f9c2a1b",
    "commit a7146d2",
    "pci 0000:00:1f.2",
  ],
  ...[
    "GET /a/b?x=1&y=2 HTTP/1.1 200",
    "ratio 16:9",
    "port 8080:80",
    "0.0.1",
    "cpu 99.9%",
    "1.5.2 ok",
  ],
  ...[
    "busybox:1.37@sha256:12",
    "chain-auth@file",
    "user@host",
    "@mention",
    "a @ b.c",
    "git@server:x",
  ],
  ...["a bearer of news", "bearer short", "forbearer", "Bearer", "token=abc", "basic dXNlcjpwYXNz"],
  ...[
    "usb 1-1.2.3: new device",
    "eth0: link up",
    "[12345.678901] kernel",
    "line 10: 20: 30",
    "x:y:z",
  ],
  ...[
    "ns::1x",
    "level=info msg=ok",
    "{}",
    "a=1.2.3 b=4.5.6",
    "100.200",
    "K8S_1::pod",
    "1:2:3:4:5:6",
  ],
  ...[
    "Nov 24 12:34:56 nas smartd[1]: ok",
    "sessions=3",
    "lat 52.5200 lon 13.4050",
    "5 MiB/s 1.2.3-4",
  ],
  ...[
    "\u00e4\u00f6\u00fc \u2013 gr\u00fc\u00dfe",
    "caf\u00e9::latte",
    "\ud83d\ude80 done",
    "tab\there",
    "12::xyz",
  ],
  ...["hg::log", "time::now", "10.0.0", "10..0.0.1.x", "1,2,3,4", "10-0-0-1.internal", "10_0_0_1"],
];

/** Lines, each with what leaves the host when all patterns are on, and `session=(\w+)`. */
export const redactionCorpus: [line: string, sent: string][] = [
  ...around.flatMap((text) =>
    addresses.map((address): [string, string] => [
      text.replace("%s", address),
      text.replace("%s", "<ip-address>"),
    ]),
  ),
  ...alone,
  ...kept.map((line): [string, string] => [line, line]),
];
