// The one door to libyaml. Only YAMLSyntax/EventStream.swift imports this module.
#ifndef NETC_CYAML_SHIM_H
#define NETC_CYAML_SHIM_H

#include <yaml.h>

#endif
