/** Writes to a file, a line each, the program of this JVM and its class path. */
void main(String[] arguments) throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    Files.write(Path.of(arguments[0]), List.of(java, System.getProperty("java.class.path")));
}
