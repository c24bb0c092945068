package io.lxc4j.security;

/**
 * What a process has before its rights are limited.
 *
 * @param ownUsers whether it is in a user namespace of its container's
 * @param capabilities its capabilities in the user namespace that it is in; bit n is capability n
 */
public record Rights(boolean ownUsers, long capabilities) {}
