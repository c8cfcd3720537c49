"""Writes a rule set of N rules to standard output: @rx, @ipMatch and @streq in turn, as lists of indicators have them, or
@rx over the arguments alone, each with a literal of its own.

usage: generate_rules.py N [rx] > rules.conf"""
import sys


def rule(number):
    ident = 100000 + number
    kind = number % 3
    if kind == 0:
        return (f'SecRule REQUEST_URI|ARGS "@rx (?i)/evil{number}(?:\\.php|/shell[0-9]+)\\b" '
                f'"id:{ident},phase:2,deny,status:403,t:none,t:urlDecodeUni,msg:\'indicator {number}\'"')
    if kind == 1:
        a, b, c = number >> 16 & 255, number >> 8 & 255, number & 255
        return f'SecRule REMOTE_ADDR "@ipMatch 10.{a ^ b}.{c}.{number % 251}/32" "id:{ident},phase:1,deny,status:403"'
    return f'SecRule REQUEST_HEADERS:User-Agent "@streq scanner/{number}" "id:{ident},phase:1,deny,status:403,t:none"'


def argument_rule(number):
    return (f'SecRule ARGS "@rx indicator{number}(?:\\.php|/shell[0-9]+)" "id:{100000 + number},phase:2,deny,status:403,'
            f't:none,t:urlDecodeUni,msg:\'indicator {number}\'"')


def main():
    count = int(sys.argv[1])
    make = argument_rule if sys.argv[2:] == ["rx"] else rule
    print("SecRuleEngine On\nSecRequestBodyAccess On")
    for number in range(count):
        print(make(number))


if __name__ == "__main__":
    main()
