package io.lxc4j.json;

/**
 * What a kind of document may hold. Its text alone is no limit: what is read takes many times the memory.
 *
 * @param kind what errors call such a document, for instance {@code seccomp profile}
 * @param characters the longest text
 * @param values the most strings, numbers, arrays and so on
 * @param depth the most objects and arrays in each other
 */
public record JsonLimits(String kind, int characters, int values, int depth) {}
