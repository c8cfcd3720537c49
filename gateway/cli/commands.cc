#include <array>

#include "gateway/cli/command.h"

namespace gateway::cli {
namespace {

const std::vector<OptionSpec> kFilterOptions = {
    {"--since", "TIME", "from then on: 2026-01-31T12:00:00Z, or 30m, 24h, 7d ago"},
    {"--until", "TIME", "up to then"},
    {"--site", "NAME", "of this site"},
    {"--decision", "D", "blocked, detected or passed"},
    {"--reason", "R", "waf, protocol, limit, access, rate, …"},
    {"--client", "CIDR", "from this address or network"},
    {"--rule", "ID", "in which this rule matched"},
    {"--path", "PREFIX", "whose path begins so"},
    {"--filter", "TEXT",
     "with this text in address, URI, id or message; or NAME=VALUE of the above"},
};

std::vector<OptionSpec> withFilter(std::vector<OptionSpec> more) {
  std::vector<OptionSpec> out = kFilterOptions;
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

const std::vector<OptionSpec> kPasswordOptions = {
    {"--password-stdin", "", "read the password from standard input"},
};

const std::vector<Command>& table() {
  static const std::vector<Command> kCommands = {
      {"serve",
       "",
       "run the gateway in the foreground",
       0,
       0,
       {{"--config", "FILE", "the bootstrap file (default: /etc/portcullis/portcullis.json)"},
        {"--admin", "ADDRESS",
         "the admin listener (default: the bootstrap file's, 127.0.0.1:9443)"},
        {"--pid-file", "FILE", "write the process id there"},
        {"--log-level", "LEVEL", "error, warning, info or debug"}},
       serve},
      {"status",
       "",
       "whether the gateway serves, and what needs attention",
       0,
       0,
       {{"--wait", "", "until it is ready"},
        {"--timeout", "SECONDS", "at most so long (default: 60)"}},
       showStatus},

      {"config export",
       "",
       "print the whole configuration",
       0,
       0,
       {{"--output", "FILE", "write it there"}},
       exportConfig},
      {"config apply",
       "FILE",
       "replace the whole configuration",
       1,
       1,
       {{"--comment", "TEXT", "kept with the version"}},
       applyConfig},
      {"config validate",
       "FILE",
       "check a configuration without changing anything",
       1,
       1,
       {},
       validateConfig},

      {"site list", "", "list the sites", 0, 0, {}, listSites},
      {"site show", "NAME", "print one site", 1, 1, {}, showSite},
      {"site add",
       "NAME",
       "add a site",
       1,
       1,
       {{"--host", "HOST", "a host it answers to; may be repeated"},
        {"--listener", "NAME", "a listener it is on; may be repeated (default: all)"},
        {"--certificate", "NAME", "a certificate; may be repeated"},
        {"--upstream", "NAME", "where requests go"},
        {"--endpoint", "HOST:PORT", "makes an upstream of the site's name; may be repeated"},
        {"--ruleset", "NAME", "a rule set; may be repeated (default: our own rules)"},
        {"--mode", "MODE", "Off, DetectionOnly (default) or On"}},
       addSite},
      {"site set",
       "NAME FIELD=VALUE…",
       "change fields of a site: waf.mode=On cache.enabled=true hosts='[\"a.example\"]'",
       2,
       100,
       {},
       setSite},
      {"site remove", "NAME", "remove a site", 1, 1, {}, removeSite},

      {"rules list", "", "list the rule sets", 0, 0, {}, listRulesets},
      {"rules import",
       "PATH",
       "store a rule set: a .zip, .tar.gz, .conf or folder",
       1,
       1,
       {{"--name", "NAME", "its name (default: the file's)"}},
       importRules},
      {"rules check",
       "PATH…",
       "load a rule set and say what is in it; needs no daemon",
       1,
       20,
       {{"--paranoia-level", "N", "1 to 4"}, {"--cache", "DIR", "keep compiled databases there"}},
       checkRules},
      {"rules activate",
       "NAME",
       "let sites run a rule set",
       1,
       1,
       {{"--site", "NAME", "this site; may be repeated (default: all)"},
        {"--add", "", "beside the sets that it runs already, not instead of them"}},
       activateRules},

      {"inspect",
       "[FILE|-]",
       "run a raw HTTP request through the rules and print the decision trace",
       0,
       1,
       {{"--site", "NAME", "with this site's rules"},
        {"--ruleset", "PATH", "with these rules; may be repeated"},
        {"--paranoia-level", "N", "1 to 4, with --ruleset"},
        {"--mode", "MODE", "DetectionOnly or On (default), with --ruleset"},
        {"--client", "IP:PORT", "as if it came from there"},
        {"--response", "FILE", "a raw HTTP response: its phases, too"},
        {"--all", "", "print the beginnings of chains that were not completed, too"}},
       inspect},

      {"events list", "", "list security events, newest first", 0, 0,
       withFilter({{"--limit", "N", "at most so many (default: 20)"}}), listEvents},
      {"events show", "ID", "print one event", 1, 1, {}, showEvent},
      {"events export", "", "print all events as JSON lines or CSV", 0, 0,
       withFilter(
           {{"--format", "F", "jsonl (default) or csv"}, {"--output", "FILE", "write them there"}}),
       exportEvents},

      {"cert list", "", "list the certificates", 0, 0, {}, listCertificates},
      {"cert import",
       "NAME [FILE…]",
       "store a certificate; PEM files with chain and key in any order",
       1,
       10,
       {{"--self-signed", "HOST", "make one for this host instead; may be repeated"}},
       importCertificate},

      {"user list", "", "list the users", 0, 0, {}, listUsers},
      {"user add",
       "NAME",
       "add a user; without --password-stdin a password is made and printed",
       1,
       1,
       {{"--role", "ROLE", "admin (default) or viewer"}, kPasswordOptions[0]},
       addUser},
      {"user passwd", "NAME",
       "set a user's password; without --password-stdin one is made and printed", 1, 1,
       kPasswordOptions, setPassword},
      {"user disable", "NAME", "lock a user out", 1, 1, {}, disableUser},
      {"user enable", "NAME", "let a disabled user in again", 1, 1, {}, enableUser},
      {"user unlock", "NAME", "forget a user's failed logins", 1, 1, {}, unlockUser},
  };
  return kCommands;
}

}  // namespace

std::span<const Command> commands() { return table(); }

}  // namespace gateway::cli
