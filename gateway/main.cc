#include <iostream>
#include <string>
#include <vector>

#include "gateway/cli/command.h"

int main(int argc, char** argv) {
  return gateway::cli::run(std::vector<std::string>(argv + 1, argv + argc), std::cin, std::cout,
                           std::cerr);
}
