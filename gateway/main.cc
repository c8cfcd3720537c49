#include <iostream>
#include <string>
#include <vector>

#include "gateway/cli/command.h"
#include "gateway/tls/openssl_memory.h"

int main(int argc, char** argv) {
  gateway::poolOpenSslMemory();
  return gateway::cli::run(std::vector<std::string>(argv + 1, argv + argc), std::cin, std::cout,
                           std::cerr);
}
